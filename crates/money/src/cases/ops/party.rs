//! A party of a case: the form of his name and numbers, and his joining a running case.

use super::{check_version, touch};
use crate::kernel::boxed;
use crate::kernel::query::Execute;
use crate::{
    access::{Act, Op, UseCase},
    cases::{
        PartyKind, PartyRole,
        rules::{
            closing::require_open,
            party::{self as party_rules, PartyKey},
        },
        store::{self, case, party},
    },
    kernel::{
        clock::LegalDate,
        error::Failure,
        identity::{CitizenId, Mobile, Name, Uscc, name::comparison_key},
        ids::{CaseId, PartyId},
        refusal::{Refusal, RefusalCode},
        secret::{IDENTITY_INDEX, Secret, mask},
    },
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// A person or organisation of the case (当事人).
#[derive(InputObject, Serialize)]
pub struct PartyInput {
    /// What the party is in the case (当事人地位).
    pub role: PartyRole,
    /// What kind of person (当事人类型).
    pub kind: PartyKind,
    /// Full name (姓名或名称).
    pub name: String,
    /// Citizen id of a person, unified social credit code of anybody else; kept encrypted (证件号码).
    pub identity_number: Option<String>,
    /// Mobile number, kept encrypted (手机号).
    pub mobile: Option<String>,
}

/// A party whose name and numbers have been checked.
pub(super) struct CheckedParty {
    pub key: PartyKey,
    kind: PartyKind,
    name: String,
    identity: Option<Masked>,
    mobile: Option<Masked>,
}
/// A number to be sealed, and what may be shown of it.
struct Masked {
    number: Secret<String>,
    mask: String,
}
impl Masked {
    fn new(number: &str, mask: String) -> Masked {
        Masked { number: Secret::new(number.to_owned()), mask }
    }
}
impl PartyInput {
    fn checked_name(&self) -> Result<Name, Refusal> {
        Name::parse(&self.name).map_err(|error| Refusal::from(error).field("name"))
    }
    fn checked_identity(&self, today: LegalDate) -> Result<Option<Masked>, Refusal> {
        let checked = |text: &str| match self.kind {
            PartyKind::Person => CitizenId::parse(text, today)
                .map(|id| Masked::new(id.expose(), mask::citizen_id(&id)))
                .map_err(|error| Refusal::from(error).field("identityNumber")),
            // the code of an organisation is public
            PartyKind::Enterprise | PartyKind::Organisation => Uscc::parse(text)
                .map(|code| Masked::new(code.as_str(), code.as_str().to_owned()))
                .map_err(|error| Refusal::from(error).field("identityNumber")),
        };
        self.identity_number.as_deref().map(checked).transpose()
    }
    fn checked_mobile(&self) -> Result<Option<Masked>, Refusal> {
        let checked = |text: &str| {
            let mobile = Mobile::parse(text).map_err(|error| Refusal::from(error).field("mobile"))?;
            Ok(Masked::new(mobile.expose(), mask::mobile(&mobile)))
        };
        self.mobile.as_deref().map(checked).transpose()
    }
    /// Everything that [`CheckedParty::try_new`] would refuse, not only the first.
    pub(super) fn refusals(&self, today: LegalDate) -> Vec<Refusal> {
        let all = [self.checked_name().err(), self.checked_identity(today).err(), self.checked_mobile().err()];
        all.into_iter().flatten().collect()
    }
}
impl CheckedParty {
    pub fn try_new(input: &PartyInput, today: LegalDate) -> Result<CheckedParty, Refusal> {
        let name = input.checked_name()?;
        let identity = input.checked_identity(today)?;
        let mobile = input.checked_mobile()?;
        let key = PartyKey {
            role: input.role,
            identity: match &identity {
                Some(identity) => identity.number.expose().clone(),
                None => comparison_key(name.as_str()),
            },
        };
        Ok(CheckedParty { key, kind: input.kind, name: name.as_str().to_owned(), identity, mobile })
    }
    #[boxed]
    pub async fn insert(self, op: &Op<'_>, case: &case::Model) -> Result<PartyId, Failure> {
        let id = PartyId::new(op.now);
        let vault = &op.services.vault;
        let (mut identity_sealed, mut identity_index, mut mobile_sealed) = (None, None, None);
        if let Some(identity) = &self.identity {
            identity_sealed = Some(vault.seal(party::identity_place(id), identity.number.expose())?);
            identity_index = Some(vault.blind_index(IDENTITY_INDEX, identity.number.expose()));
        }
        if let Some(mobile) = &self.mobile {
            mobile_sealed = Some(vault.seal(party::mobile_place(id), mobile.number.expose())?);
        }
        let row = party::ActiveModel {
            id: Set(id),
            court_id: Set(case.court_id),
            case_id: Set(case.id),
            role: Set(self.key.role),
            kind: Set(self.kind),
            name: Set(self.name),
            identity_sealed: Set(identity_sealed),
            identity_index: Set(identity_index),
            identity_mask: Set(self.identity.map(|identity| identity.mask)),
            mobile_sealed: Set(mobile_sealed),
            mobile_mask: Set(self.mobile.map(|mobile| mobile.mask)),
            recorded_at: Set(op.now),
        };
        party::Entity::insert(row).execute(op.tx).await?;
        Ok(id)
    }
}

/// Adds a party to a running case (追加当事人).
#[derive(InputObject, Serialize)]
pub struct AddPartyInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The case (案件).
    pub case: CaseId,
    /// `Case.version` as you read it; leave out to add in any case (版本).
    pub expected_version: Option<i64>,
    /// The party (当事人).
    pub party: PartyInput,
}
impl UseCase for AddPartyInput {
    type Done = PartyId;
    const ACT: Act = Act::AddParty;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PartyId, Failure> {
        let case = store::lock_case(op.tx, op.scope(), self.case).await?;
        check_version(&case, self.expected_version)?;
        require_open(case.status)?;
        let party = CheckedParty::try_new(&self.party, op.now.legal_date())?;
        let mut present = Vec::new();
        for row in store::parties_of(op.tx, case.id).await? {
            let identity = match &row.identity_sealed {
                Some(sealed) => op.services.vault.open(party::identity_place(row.id), sealed)?.expose().clone(),
                None => comparison_key(&row.name),
            };
            present.push(PartyKey { role: row.role, identity });
        }
        if present.len() >= party_rules::MOST_PARTIES {
            return Err(Refusal::new(RefusalCode::ListInvalid)
                .field("party")
                .arg("maximum", party_rules::MOST_PARTIES)
                .into());
        }
        party_rules::decide_new_party(&party.key, &present).map_err(|refusal| refusal.field("party"))?;
        let id = party.insert(op, &case).await?;
        touch(op, &case).await?;
        let facts = serde_json::json!({ "party": id.to_global(), "role": self.party.role, "kind": self.party.kind });
        op.audit(id, Some(case.court_id), Some(case.id), facts).await?;
        Ok(id)
    }
}
