//! Signing up, signing in and out, roles by two people: through the API, on both engines.

use crate::{
    both,
    support::{
        app::{TestApp, User},
        database::TestDatabase,
    },
};
use chrono::TimeDelta;
use duixian::{
    access::{
        Role,
        account::{NewUser, add_user},
    },
    kernel::{
        error::Outcome,
        ids::{AccountId, CourtId},
        refusal::RefusalCode,
        secret::Secret,
    },
};
use serde_json::{Value, json};

const PASSWORD: &str = "Kj8#mQ2!xPz";
const WOMAN: &str = "11010519491231002X";

fn sign_up_input(login: &str, kind: &str) -> Value {
    json!({ "idempotencyKey": format!("signup-{}", login.replace('.', "-")), "kind": kind, "loginName": login, "password": PASSWORD,
        "name": "易某", "identityKind": "CITIZEN", "identityNumber": WOMAN, "mobile": "+86 138 1234 1234" })
}
async fn sign_up(app: &TestApp, input: Value) -> Value {
    let document = "mutation ($input: SignUpInput!) { signUp(input: $input) {
        account { id kind status name identityNumber mobile } replayed
        userErrors { code field law { law article } } } }";
    app.ask(None, document, json!({ "input": input })).await["signUp"].take()
}
async fn login(app: &TestApp, name: &str, password: &str) -> Value {
    let document = "mutation ($input: LoginInput!) { login(input: $input) {
        tokens { accessToken refreshToken accessTokenExpiresAt refreshTokenExpiresAt } userErrors { code } } }";
    app.ask(None, document, json!({ "input": { "loginName": name, "password": password } })).await["login"].take()
}
async fn refresh(app: &TestApp, token: &Value) -> Value {
    let document = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
        tokens { accessToken refreshToken } userErrors { code } } }";
    app.ask(None, document, json!({ "input": { "refreshToken": token } })).await["refreshSession"].take()
}
fn bearer(payload: &Value) -> User {
    let token = payload["tokens"]["accessToken"].as_str().unwrap_or_else(|| panic!("{payload:#}")).to_owned();
    User { account: AccountId::from_uuid(uuid::Uuid::nil()), token }
}
async fn viewer(app: &TestApp, user: &User) -> Value {
    let document = "{ viewer { account { status loginName } roles { role courtId } acts } }";
    app.ask(Some(user), document, json!({})).await["viewer"].take()
}
/// Whether a token is taken at all.
async fn is_signed_in(app: &TestApp, user: &User) -> bool {
    let answer = app.send(Some(user), "{ viewer { sessionId } }", json!({})).await;
    match answer["errors"][0]["extensions"]["code"].as_str() {
        None => true,
        Some("UNAUTHENTICATED") => false,
        Some(other) => panic!("{other}"),
    }
}
/// Staff with a password, as the command adds them.
async fn add(app: &TestApp, login: &str, roles: &[(Role, Option<CourtId>)]) -> Result<AccountId, RefusalCode> {
    let new = NewUser {
        login_name: login.into(),
        name: "工作人员".into(),
        password: Some(Secret::new(PASSWORD.to_owned())),
        subject: None,
        grants: roles.to_vec(),
    };
    match add_user(&app.running.services, new).await.unwrap() {
        Outcome::Done { value, .. } => Ok(value),
        Outcome::Refused(refusal) => Err(refusal.code),
    }
}
fn code(payload: &Value) -> &str {
    payload["userErrors"][0]["code"].as_str().unwrap_or_else(|| panic!("not refused: {payload:#}"))
}

async fn an_account_is_pending_until_a_clerk_verifies_it(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = app.court("湘0102").await;
    let clerk = app.user("clerk", "审核员", &[Role::QualificationClerk], Some(court)).await;

    let made = sign_up(&app, sign_up_input("Yi.Mou", "BIDDER")).await;
    assert_eq!(made["account"]["status"], "PENDING", "{made:#}");
    assert_eq!(made["account"]["identityNumber"], "110***********002X");
    assert_eq!(made["account"]["mobile"], "138****1234");
    let again = sign_up(&app, sign_up_input("Yi.Mou", "BIDDER")).await;
    assert_eq!((&again["account"]["id"], &again["replayed"]), (&made["account"]["id"], &json!(true)));
    let mut other = sign_up_input("Yi.Mou", "BIDDER");
    other["password"] = json!("another-Pass-77");
    assert_eq!(code(&sign_up(&app, other).await), "IDEMPOTENCY_KEY_REUSED");

    let user = bearer(&login(&app, " yi.mou", PASSWORD).await);
    assert_eq!(viewer(&app, &user).await["account"], json!({ "status": "PENDING", "loginName": "yi.mou" }));
    let list = "{ accounts(filter: { status: PENDING }) { nodes { id loginName identityNumber } } }";
    assert_eq!(app.ask(Some(&clerk), list, json!({})).await["accounts"]["nodes"][0]["loginName"], "yi.mou");
    assert_eq!(app.error_code(Some(&user), list, json!({})).await, "FORBIDDEN");
    assert_eq!(app.error_code(None, list, json!({})).await, "UNAUTHENTICATED");

    let verify =
        |account: &Value, accepted: bool| json!({ "account": account, "accepted": accepted, "note": "当面核对原件" });
    let select = "account { status verifiedAt }";
    let done = app.done(&clerk, "verifyAccount", verify(&made["account"]["id"], true), select).await;
    assert_eq!(done["account"]["status"], "ACTIVE");
    assert_eq!(viewer(&app, &user).await["account"]["status"], "ACTIVE");
    assert_eq!(app.refused(&clerk, "verifyAccount", verify(&made["account"]["id"], true)).await.0, "WRONG_STATE");

    // the same person may be a party as well, but not a bidder twice
    let party = sign_up(&app, sign_up_input("yi-party", "PARTY")).await;
    let party_user = bearer(&login(&app, "yi-party", PASSWORD).await);
    assert_eq!(viewer(&app, &party_user).await["roles"], json!([]));
    app.done(&clerk, "verifyAccount", verify(&party["account"]["id"], true), select).await;
    assert_eq!(viewer(&app, &party_user).await["roles"], json!([{ "role": "PARTY", "courtId": null }]));
    let twin = sign_up(&app, sign_up_input("yi-twin", "BIDDER")).await;
    let twin_user = bearer(&login(&app, "yi-twin", PASSWORD).await);
    assert_eq!(app.refused(&clerk, "verifyAccount", verify(&twin["account"]["id"], true)).await.0, "ALREADY_EXISTS");
    let closed = app.done(&clerk, "verifyAccount", verify(&twin["account"]["id"], false), select).await;
    assert_eq!(closed["account"], json!({ "status": "CLOSED", "verifiedAt": null }));
    assert!(!is_signed_in(&app, &twin_user).await);
    assert_eq!(code(&login(&app, "yi-twin", PASSWORD).await), "LOGIN_FAILED");
    app.finish().await;
}
both!(verification, super::an_account_is_pending_until_a_clerk_verifies_it);

async fn bad_sign_ups_are_refused_by_their_rule(database: TestDatabase) {
    let app = TestApp::start(database).await;
    sign_up(&app, sign_up_input("taken", "BIDDER")).await;
    for (name, field, value, expected) in [
        ("short", "password", "Kj8#mQ2!x", "PASSWORD_WEAK"),
        ("common", "password", "1234567890", "PASSWORD_WEAK"),
        ("taken2", "loginName", "TAKEN", "ALREADY_EXISTS"),
        ("name", "loginName", "易某某", "TEXT_INVALID"),
        ("staff", "kind", "STAFF", "WRONG_STATE"),
        ("nobody", "name", " ", "TEXT_INVALID"),
        ("check", "identityNumber", "110105194912310020", "CITIZEN_ID_INVALID"),
        ("future", "identityNumber", "43010220260303001X", "CITIZEN_ID_INVALID"),
        ("mobile", "mobile", "12812341234", "MOBILE_INVALID"),
        ("uscc", "identityKind", "ORGANISATION", "USCC_INVALID"),
        ("key", "idempotencyKey", "short", "IDEMPOTENCY_KEY_INVALID"),
    ] {
        let mut input = sign_up_input(name, "BIDDER");
        input[field] = json!(value);
        assert_eq!(code(&sign_up(&app, input).await), expected, "{name}");
    }
    let mut input = sign_up_input("checked", "PARTY");
    input["identityNumber"] = json!("110105194912310020");
    let refused = sign_up(&app, input).await;
    assert_eq!(refused["userErrors"][0]["field"], json!(["identityNumber"]));
    assert_eq!(refused["userErrors"][0]["law"]["law"], "公民身份号码");
    app.finish().await;
}
both!(bad_sign_ups, super::bad_sign_ups_are_refused_by_their_rule);

async fn a_session_lives_rotates_and_ends(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let officer = add(&app, "officer", &[]).await.unwrap();
    assert_eq!(code(&login(&app, "officer", "Kj8#mQ2!xPZ").await), "LOGIN_FAILED");
    assert_eq!(code(&login(&app, "unknown", PASSWORD).await), "LOGIN_FAILED");

    let first = login(&app, "Officer", PASSWORD).await;
    assert_eq!(first["tokens"]["accessTokenExpiresAt"], "2026-03-02T09:15:00.000+08:00");
    let user = bearer(&first);
    assert!(is_signed_in(&app, &user).await);
    app.clock.advance_to(app.clock.now().plus(TimeDelta::minutes(15)).minus(TimeDelta::microseconds(1)));
    assert!(is_signed_in(&app, &user).await);
    app.clock.advance_to(app.clock.now().plus(TimeDelta::microseconds(1)));
    assert!(!is_signed_in(&app, &user).await);

    let second = refresh(&app, &first["tokens"]["refreshToken"]).await;
    let user = bearer(&second);
    assert!(is_signed_in(&app, &user).await);
    // the first refresh token again: somebody has stolen one of the two
    assert_eq!(code(&refresh(&app, &first["tokens"]["refreshToken"]).await), "REFRESH_TOKEN_INVALID");
    assert!(!is_signed_in(&app, &user).await);
    assert_eq!(code(&refresh(&app, &second["tokens"]["refreshToken"]).await), "REFRESH_TOKEN_INVALID");
    assert_eq!(code(&refresh(&app, &json!("forged")).await), "REFRESH_TOKEN_INVALID");

    let (one, two) = (login(&app, "officer", PASSWORD).await, login(&app, "officer", PASSWORD).await);
    let (one_user, two_user) = (bearer(&one), bearer(&two));
    let ended = app.ask(Some(&one_user), "mutation { logout { sessionId userErrors { code } } }", json!({})).await;
    assert!(ended["logout"]["sessionId"].is_string());
    assert!(!is_signed_in(&app, &one_user).await);
    assert!(is_signed_in(&app, &two_user).await);
    assert_eq!(code(&refresh(&app, &one["tokens"]["refreshToken"]).await), "REFRESH_TOKEN_INVALID");
    // a refresh token that nobody used for twelve hours
    app.clock.advance_to(app.clock.now().plus(TimeDelta::hours(12)));
    assert_eq!(code(&refresh(&app, &two["tokens"]["refreshToken"]).await), "REFRESH_TOKEN_INVALID");

    let stranger = app.sign_in(add(&app, "stranger", &[]).await.unwrap()).await;
    let user = app.sign_in(officer).await;
    let of_other = json!({ "account": officer.to_global() });
    assert_eq!(app.refused(&stranger, "revokeSessions", of_other).await.0, "NOT_FOUND");
    let ended = app.done(&user, "revokeSessions", json!({}), "ended").await["ended"].take();
    // the session of the stolen token and the one that was left had ended; one idle session and this one remained
    assert_eq!(ended, 2);
    assert!(!is_signed_in(&app, &user).await && is_signed_in(&app, &stranger).await);
    app.finish().await;
}
both!(sessions, super::a_session_lives_rotates_and_ends);

async fn the_sixth_login_of_a_minute_is_limited(database: TestDatabase) {
    let app = TestApp::start(database).await;
    add(&app, "officer", &[]).await.unwrap();
    for _ in 0..5 {
        assert_eq!(code(&login(&app, "officer", "wrong-password").await), "LOGIN_FAILED");
    }
    let document = "mutation ($input: LoginInput!) { login(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "loginName": "OFFICER", "password": PASSWORD } });
    assert_eq!(app.error_code(None, document, input).await, "RATE_LIMITED");
    assert_eq!(code(&login(&app, "other", PASSWORD).await), "LOGIN_FAILED");
    app.finish().await;
}
both!(login_rate, super::the_sixth_login_of_a_minute_is_limited);

async fn roles_are_given_and_taken_by_two_people(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = app.court("湘0102").await;
    let other_court = app.court("湘01").await;
    let maker = app.user("maker", "管理员乙", &[Role::Administrator], Some(court)).await;
    let checker = app.user("checker", "管理员丙", &[Role::Administrator], Some(court)).await;
    let clerk = app.user("clerk", "书记员", &[], None).await;
    let input = |role: &str, account: &User, court: CourtId| {
        let (account, court) = (account.account.to_global(), court.to_global());
        json!({ "account": account, "role": role, "court": court, "reason": "任职文件" })
    };
    let approval_of = |grant: Value| {
        let app = &app;
        let checker = checker.clone();
        async move {
            let list = "{ approvals(filter: { status: OPEN, subjectKind: \"Grant\" }) { nodes { id subjectId } } }";
            let open = app.ask(Some(&checker), list, json!({})).await;
            let open = open["approvals"]["nodes"].as_array().unwrap().clone();
            open.into_iter().find(|a| a["subjectId"] == grant).unwrap_or_else(|| panic!("no approval of {grant}"))["id"]
                .take()
        }
    };

    let may_not = app.mutate(&maker, "grantRole", input("CASHIER", &clerk, other_court), "").await;
    assert_eq!(code(&may_not), "NOT_FOUND");
    let done = app.done(&maker, "grantRole", input("CASHIER", &clerk, court), "grant { id status }").await;
    assert_eq!(done["grant"]["status"], "PROPOSED");
    assert_eq!(viewer(&app, &clerk).await["roles"], json!([]));
    let approval = approval_of(done["grant"]["id"].clone()).await;
    let seen = "query ($id: ID!) { node(id: $id) { ... on Approval { digest } } }";
    let digest = app.ask(Some(&maker), seen, json!({ "id": approval })).await["node"]["digest"].take();
    let vote = json!({ "approval": approval, "digest": digest });
    assert_eq!(app.refused(&maker, "approve", vote).await.0, "MAKER_MAY_NOT_APPROVE");
    app.approve(&approval, &[&checker]).await;
    let now = viewer(&app, &clerk).await;
    assert_eq!(now["roles"], json!([{ "role": "CASHIER", "courtId": court.to_global() }]));
    let acts = now["acts"].as_array().unwrap();
    assert!(acts.contains(&json!("Mutation.payOut")) && !acts.contains(&json!("Mutation.openCase")));
    assert!(acts.iter().all(|act| !act.as_str().unwrap().starts_with("job.")));

    for (role, expected) in
        [("FINANCE_REVIEWER", "ROLE_CONFLICT"), ("CASHIER", "ALREADY_EXISTS"), ("BIDDER", "WRONG_STATE")]
    {
        assert_eq!(app.refused(&maker, "grantRole", input(role, &clerk, court)).await.0, expected, "{role}");
    }
    let revoked = json!({ "grant": done["grant"]["id"], "reason": "调离岗位" });
    let revocation = app.done(&maker, "revokeRole", revoked.clone(), "grant { status }").await;
    assert_eq!(revocation["grant"]["status"], "REVOCATION_PROPOSED");
    assert_eq!(app.refused(&maker, "revokeRole", revoked).await.0, "WRONG_STATE");
    let approval = approval_of(done["grant"]["id"].clone()).await;
    app.approve(&approval, &[&checker]).await;
    assert_eq!(viewer(&app, &clerk).await["roles"], json!([]));

    // nobody agrees to his own gain
    let own = app.done(&maker, "grantRole", input("PANEL_MEMBER", &checker, court), "grant { id }").await;
    let approval = approval_of(own["grant"]["id"].clone()).await;
    let digest = app.ask(Some(&checker), seen, json!({ "id": approval })).await["node"]["digest"].take();
    let vote = json!({ "approval": approval, "digest": digest });
    assert_eq!(app.refused(&checker, "approve", vote).await.0, "MAKER_MAY_NOT_APPROVE");
    app.finish().await;
}
both!(grants, super::roles_are_given_and_taken_by_two_people);

async fn conflicting_roles_are_refused_at_the_server_too(database: TestDatabase) {
    let app = TestApp::start(database).await;
    let court = app.court("湘0102").await;
    let other = app.court("湘01").await;
    let both = [(Role::Officer, Some(court)), (Role::Cashier, Some(court))];
    assert_eq!(add(&app, "two-hats", &both).await, Err(RefusalCode::RoleConflict));
    let everywhere = [(Role::Inspector, None), (Role::Cashier, Some(court))];
    assert_eq!(add(&app, "inspector", &everywhere).await, Err(RefusalCode::RoleConflict));
    // a refused command leaves nothing, not even the account
    assert!(add(&app, "two-hats", &[(Role::Officer, Some(court)), (Role::Cashier, Some(other))]).await.is_ok());
    assert_eq!(add(&app, "TWO-HATS", &[]).await, Err(RefusalCode::AlreadyExists));
    app.finish().await;
}
both!(conflicts, super::conflicting_roles_are_refused_at_the_server_too);

async fn signing_keys_are_public_and_verify_a_token(database: TestDatabase) {
    use base64::{
        Engine,
        engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
    };
    use ed25519_dalek::{Signature, VerifyingKey};
    let app = TestApp::start(database).await;
    let user = app.sign_in(add(&app, "officer", &[]).await.unwrap()).await;
    let keys = app.ask(None, "{ signingKeys { keyId purpose algorithm publicKey active } }", json!({})).await;
    let keys = keys["signingKeys"].as_array().unwrap();
    assert_eq!(
        keys.iter().map(|k| k["purpose"].as_str().unwrap()).collect::<Vec<_>>(),
        ["TOKEN", "RECEIPT", "CHECKPOINT"]
    );
    let public: [u8; 32] = STANDARD.decode(keys[0]["publicKey"].as_str().unwrap()).unwrap().try_into().unwrap();
    let (message, signature) = user.token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    VerifyingKey::from_bytes(&public).unwrap().verify_strict(message.as_bytes(), &signature).unwrap();
    app.finish().await;
}
both!(signing_keys, super::signing_keys_are_public_and_verify_a_token);
