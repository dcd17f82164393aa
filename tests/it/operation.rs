//! What an operation leaves behind: the audit events of what it did, or the one of its refusal.

use crate::{
    both,
    cases::{Court, court},
    funds::case_id,
    support::database::TestDatabase,
};
use duixian::{
    access::{self, Act, Actor, Op, UseCase},
    kernel::{
        db::sql,
        error::{Failure, Outcome},
        ids::CaseId,
        refusal::RefusalCode,
    },
};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// Tells of its case, and may be refused after that.
#[derive(Serialize)]
struct Step {
    case: CaseId,
    refused: bool,
}
impl UseCase for Step {
    type Done = ();
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        op.audit(self.case, None, Some(self.case), json!({})).await?;
        if self.refused { Err(RefusalCode::WrongState.into()) } else { Ok(()) }
    }
}

/// Tells of the first case and takes a step on each other one, of which the second is refused.
#[derive(Serialize)]
struct Journey {
    idempotency_key: &'static str,
    cases: [CaseId; 3],
    refused: bool,
}
impl UseCase for Journey {
    type Done = CaseId;
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        Some(self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseId, Failure> {
        let [first, second, third] = self.cases;
        op.audit(first, None, Some(first), json!({})).await?;
        let refused = op.part(&Step { case: second, refused: true }).await?;
        assert_eq!(refused.unwrap_err().code, RefusalCode::WrongState);
        op.part(&Step { case: third, refused: false }).await??;
        if self.refused { Err(RefusalCode::CaseNotOpen.into()) } else { Ok(first) }
    }
}

/// Outcome and subject of every event of these acts, in their order.
async fn events(court: &Court) -> Vec<(String, Option<Uuid>)> {
    let reader = court.app.database.db.reader();
    let text = "SELECT outcome, subject_id FROM audit_event WHERE action = $1 ORDER BY id";
    let rows = reader.query_all_raw(sql(&reader, text, [Act::DispatchBankLines.field().into()])).await.unwrap();
    rows.iter().map(|row| (row.try_get("", "outcome").unwrap(), row.try_get("", "subject_id").unwrap())).collect()
}

async fn leaves_events(database: TestDatabase) {
    let court = court(database).await;
    let mut cases = Vec::new();
    for serial in 1..=3 {
        cases.push(case_id(&court.open(&format!("（2026）湘0102执{serial}号"), "100.00").await));
    }
    let cases: [CaseId; 3] = cases.try_into().unwrap();
    let (services, system) = (&court.app.running.services, Actor::system("test"));
    let journey = async |refused| {
        let input = Journey { idempotency_key: "journey-0001", cases, refused };
        access::run(services, &system, &input).await.unwrap()
    };
    for _ in 0..2 {
        assert!(matches!(journey(true).await, Outcome::Refused(refusal) if refusal.code == RefusalCode::CaseNotOpen));
    }
    let refused = || ("REFUSED".to_owned(), None);
    assert_eq!(events(&court).await, [refused(), refused()], "nothing but that it was refused");
    // a refusal leaves the key free, for another input too
    assert!(matches!(journey(false).await, Outcome::Done { replayed: false, .. }));
    assert!(matches!(journey(false).await, Outcome::Done { replayed: true, value } if value == cases[0]));
    let done = |case: CaseId| ("DONE".to_owned(), Some(case.uuid()));
    assert_eq!(events(&court).await, [refused(), refused(), done(cases[0]), done(cases[2])]);
    let reused = journey(true).await;
    assert!(matches!(reused, Outcome::Refused(refusal) if refusal.code == RefusalCode::IdempotencyKeyReused));
    assert_eq!(events(&court).await.len(), 5);
    court.app.finish().await;
}
both!(an_operation_leaves_the_events_of_what_it_did, super::leaves_events);
