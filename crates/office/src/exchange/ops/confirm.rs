//! What a file would do, and doing it: each case of it is opened by the use case of `openCase`, each account confirmed
//! by that of `confirmPayee`.
//!
//! An import of good cases moves a bounded number of them in each transaction and remembers its place there: after a
//! crash or a lost answer, confirming goes on where it stood.

use crate::kernel::boxed;
use crate::{
    access::{Act, Op, Scope, Services, UseCase},
    cases::{
        self,
        ops::{ConfirmPayeeInput, OpeningPart},
        rules::text::{self, SHORT},
        store::court,
    },
    exchange::{
        CaseImportMode, CaseImportStatus, CaseSheet,
        rules::{
            Finding,
            draft::{Draft, Reading},
        },
        store::{self, case_import},
    },
    kernel::{
        clock::LegalDate,
        error::{Failure, Problem},
        identity::CaseNumber,
        ids::{CaseId, CaseImportId},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::ConnectionTrait;
use serde::Serialize;

/// Cases of one transaction that leaves bad ones out.
const PIECE: usize = 100;
/// Cases of an import that is taken whole: one transaction.
const MOST_WHOLE: usize = 500;

/// What an import would do now.
pub struct Preview {
    pub parties: usize,
    pub claims: usize,
    pub payees: usize,
    /// Cases of the file that could be imported now.
    pub good_cases: usize,
    /// Everything that is wrong, in the order of the sheets.
    pub findings: Vec<Finding>,
}

/// Looks at the file as things stand now; cases that came from it are no longer asked about. Nothing is written.
///
/// # Errors
/// Those of the database.
pub async fn preview(services: &Services, scope: &Scope, row: &case_import::Model) -> Result<Preview, Problem> {
    let reader = services.db.reader();
    let today = services.clock.now().legal_date();
    let grids = store::grids(&reader, &services.vault, row.id).await?;
    let court = cases::store::court(&reader, row.court_id).await?.ok_or(Problem::NotFound)?;
    let imported = store::imported_numbers(&reader, row.id).await?;
    let reading = Reading::of(&grids, today);
    let (parties, claims, payees) = reading.counts();
    let mut good_cases = 0;
    let mut findings = Vec::new();
    for draft in &reading.drafts {
        if number(draft).is_some_and(|number| imported.contains(&number.to_string())) {
            continue;
        }
        let found = examine(&reader, scope, &court, today, draft).await?;
        good_cases += usize::from(found.is_empty() && reading.headings.is_empty() && reading.strays.is_empty());
        findings.extend(found);
    }
    findings.extend(reading.headings.into_iter().chain(reading.strays));
    findings.sort_by_key(|finding| (finding.sheet, finding.row));
    Ok(Preview { parties, claims, payees, good_cases, findings })
}

fn number(draft: &Draft) -> Option<CaseNumber> {
    CaseNumber::parse(&draft.opening.case_number).ok()
}

/// Everything for which a case of the file would be refused.
async fn examine(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    court: &court::Model,
    today: LegalDate,
    draft: &Draft,
) -> Result<Vec<Finding>, Problem> {
    let mut found = draft.findings.clone();
    for (part, refusal) in draft.opening.refusals(conn, scope, today).await? {
        draft.refused(&mut found, draft.place(part), refusal);
    }
    if number(draft).is_some_and(|number| number.court_code() != court.code) {
        let refusal = Refusal::new(RefusalCode::CaseNumberInvalid).law(&reference::CASE_NUMBER_2).field("caseNumber");
        draft.refused(&mut found, draft.place(OpeningPart::Case), refusal);
    }
    for payee in &draft.payees {
        let place = (CaseSheet::Payees, payee.row);
        let name = draft.opening.parties.get(payee.party).map_or("", |party| party.name.as_str());
        let document = text::checked("document", &payee.document, SHORT).err();
        for refusal in payee.account.refusals_for(name).into_iter().chain(document) {
            draft.refused(&mut found, place, refusal);
        }
    }
    Ok(found)
}

/// Imports the cases of a file that was uploaded (确认导入案件).
#[derive(InputObject, Serialize)]
pub struct ConfirmCaseImportInput {
    /// Repeat with the same key after a lost answer; take a new key to go on while the import is RUNNING (幂等键).
    pub idempotency_key: String,
    /// The uploaded file (导入文件).
    pub case_import: CaseImportId,
    /// What becomes of errors; the same each time (导入方式).
    pub mode: CaseImportMode,
}
impl UseCase for ConfirmCaseImportInput {
    type Done = CaseImportId;
    const ACT: Act = Act::ConfirmCaseImport;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseImportId, Failure> {
        let row = store::lock(op.tx, op.scope(), self.case_import).await?;
        if row.status == CaseImportStatus::Done || row.mode.is_some_and(|mode| mode != self.mode) {
            let refusal = Refusal::new(RefusalCode::WrongState).field("caseImport");
            return Err(refusal.arg("status", row.status.as_str()).into());
        }
        let court = cases::store::court(op.tx, row.court_id).await?.ok_or_else(|| Failure::not_found("caseImport"))?;
        let grids = store::grids(op.tx, &op.services.vault, row.id).await?;
        let reading = Reading::of(&grids, op.now.legal_date());
        // a row that names no case of the file may be a creditor of any of them: none is whole without it
        let loose = reading.headings.len().saturating_add(reading.strays.len());
        if loose > 0 {
            return Err(faulty(loose));
        }
        let from = usize::try_from(row.next_case).map_err(Failure::internal)?;
        let (done, next) = match self.mode {
            CaseImportMode::AllOrNothing => (import_all(op, &row, &court, &reading).await?, reading.drafts.len()),
            CaseImportMode::GoodCases => {
                let to = reading.drafts.len().min(from.saturating_add(PIECE));
                (import_good(op, &row, &court, reading.drafts.get(from..to).unwrap_or_default()).await?, to)
            }
        };
        store::advance(op.tx, &row, self.mode, i64::try_from(next).map_err(Failure::internal)?).await?;
        let facts = serde_json::json!({ "mode": self.mode, "from": from, "to": next, "imported": done });
        op.audit(row.id, Some(row.court_id), None, facts).await?;
        Ok(row.id)
    }
}
fn faulty(findings: usize) -> Failure {
    let refusal = Refusal::new(RefusalCode::CaseFileFaulty).law(&reference::TEXT_FORM).field("caseImport");
    refusal.arg("findings", findings).into()
}

/// Every case of the file, or a refusal that takes back what was written.
#[boxed]
async fn import_all(
    op: &mut Op<'_>,
    row: &case_import::Model,
    court: &court::Model,
    reading: &Reading,
) -> Result<usize, Failure> {
    if reading.drafts.len() > MOST_WHOLE {
        return Err(Refusal::new(RefusalCode::ListInvalid).field("mode").arg("maximum", MOST_WHOLE).into());
    }
    let mut findings = reading.strays.len();
    for draft in &reading.drafts {
        findings += examine(op.tx, op.scope(), court, op.now.legal_date(), draft).await?.len();
    }
    if findings > 0 {
        return Err(faulty(findings));
    }
    for draft in &reading.drafts {
        let case = op.part(draft).await?.map_err(|_| faulty(1))?;
        store::note_case(op.tx, row.id, case).await?;
    }
    Ok(reading.drafts.len())
}

/// Those without an error; how many they were.
#[boxed]
async fn import_good(
    op: &mut Op<'_>,
    row: &case_import::Model,
    court: &court::Model,
    drafts: &[Draft],
) -> Result<usize, Failure> {
    let mut imported = 0;
    for draft in drafts {
        if !examine(op.tx, op.scope(), court, op.now.legal_date(), draft).await?.is_empty() {
            continue;
        }
        if let Ok(case) = op.part(draft).await? {
            store::note_case(op.tx, row.id, case).await?;
            imported += 1;
        }
    }
    Ok(imported)
}

/// One case with its accounts, all or nothing.
impl UseCase for Draft {
    type Done = CaseId;
    const ACT: Act = Act::OpenCase;
    /// Part of an import, whose place in the file is its key.
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<CaseId, Failure> {
        let case = self.opening.perform(op).await?;
        // ids grow as they are made: the parties come back in the order of the file
        let parties = cases::store::parties_of(op.tx, case).await?;
        for payee in &self.payees {
            let party = parties.get(payee.party).ok_or_else(|| Failure::not_found("party"))?;
            let confirm = ConfirmPayeeInput {
                idempotency_key: String::new(),
                party: party.id,
                agent_paper: None,
                account: payee.account.clone(),
                document: payee.document.clone(),
            };
            op.part(&confirm).await??;
        }
        Ok(case)
    }
}
