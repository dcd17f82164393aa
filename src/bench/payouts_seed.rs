//! Cases with money for the benchmark of payouts: their rows are inserted many at a time, as the acts that make them
//! would leave them, so that a million are there in minutes.

use crate::{
    access::{Act, Op, UseCase, parameters},
    cases::{
        CaseKind, CaseStatus, ClaimRank, LivelihoodKind, PartyKind, PartyRole, PayeeStatus,
        store::{case, claim, party, payee},
    },
    funds::{
        PayerKind, ReceiptSource, ReceiptStatus,
        store::{receipt, term},
    },
    kernel::{
        boxed,
        bulk::insert_all,
        error::Failure,
        ids::{CaseId, ClaimId, CourtId, PartyId, PayeeId, ReceiptId, TermId},
        money::Money,
        secret::ACCOUNT_INDEX,
    },
    law::DeadlineRule,
    ledger::{AccountKey, Book, Code, EntryKind, NewEntry, credit, debit, post_many},
};
use serde::Serialize;

pub const BANK: &str = "102100099996";
pub const BANK_NAME: &str = "中国工商银行总行";

/// Number of the payee's account of a case.
pub fn account(serial: usize) -> String {
    format!("43010299{serial:07}")
}

/// Opens the cases `from..to` with 1,000.00 each.
#[derive(Serialize)]
pub struct Seed {
    pub court: CourtId,
    pub main_account: String,
    pub from: usize,
    pub to: usize,
}
impl UseCase for Seed {
    type Done = bool;
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<bool, Failure> {
        let amount = Money::from_yuan(1_000);
        let (mut cases, mut parties, mut claims, mut payees) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for serial in self.from..self.to {
            let case = self.case(op, serial, amount);
            let party = applicant(op, &case, serial);
            claims.push(wages(op, &case, party.id, amount));
            payees.push(payee_of(op, &case, &party, serial)?);
            parties.push(party);
            cases.push(case);
        }
        insert_all::<case::Entity>(op.tx, &cases).await?;
        insert_all::<party::Entity>(op.tx, &parties).await?;
        insert_all::<claim::Entity>(op.tx, &claims).await?;
        insert_all::<payee::Entity>(op.tx, &payees).await?;
        self.fund(op, &cases, amount).await?;
        let facts = serde_json::json!({ "from": self.from, "to": self.to });
        op.audit(self.court, Some(self.court), None, facts).await?;
        Ok(true)
    }
}

/// The terms that the arrival of a case's money starts.
const TERMS: [DeadlineRule; 3] =
    [DeadlineRule::InformOfficer, DeadlineRule::PayWithin30Days, DeadlineRule::PayWithin15WorkingDays];

impl Seed {
    /// The money of the cases, as arrivals of a bank would leave it: receipts, their terms, entries.
    #[boxed]
    async fn fund(&self, op: &Op<'_>, cases: &[case::Model], amount: Money) -> Result<(), Failure> {
        let today = op.now.legal_date();
        let (set, calendar) = (parameters::of_court(op.tx, self.court).await?, op.services.calendar());
        let deadlines = TERMS.map(|rule| (rule, rule.deadline_of_length(&calendar, today, rule.length_under(&set))));
        let bank = AccountKey::of_court(self.court, Book::CaseFunds, Code::Bank);
        let (mut receipts, mut terms, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for (serial, case) in (self.from..self.to).zip(cases) {
            let receipt = self.receipt(op, serial, case.id, amount);
            for (rule, deadline) in &deadlines {
                terms.push(term::Model {
                    id: TermId::new(op.now),
                    court_id: self.court,
                    receipt_id: receipt.id,
                    rule: rule.as_str().to_owned(),
                    starts_on: deadline.starts_on,
                    due_on: deadline.due_on,
                    provisional: deadline.provisional,
                    calendar: calendar.edition().to_owned(),
                    explanation: deadline.explanation.to_text()?,
                    met_on: (*rule == DeadlineRule::InformOfficer).then_some(today),
                    paused_on: None,
                    superseded_on: None,
                    recorded_at: op.now,
                });
            }
            let fund = AccountKey::owned(self.court, Book::CaseFunds, Code::CaseFund, case.id.uuid());
            entries.push(NewEntry {
                court: self.court,
                book: Book::CaseFunds,
                kind: EntryKind::CaseReceipt,
                booked_on: today,
                case: Some(case.id),
                cause: receipt.id.node(),
                reverses: None,
                postings: vec![debit(bank, amount).receipt(receipt.id), credit(fund, amount).receipt(receipt.id)],
            });
            receipts.push(receipt);
        }
        insert_all::<receipt::Entity>(op.tx, &receipts).await?;
        insert_all::<term::Entity>(op.tx, &terms).await?;
        post_many(op.tx, op.now, &entries).await.map(|_| ())
    }

    fn receipt(&self, op: &Op<'_>, serial: usize, case: CaseId, amount: Money) -> receipt::Model {
        receipt::Model {
            id: ReceiptId::new(op.now),
            court_id: self.court,
            case_id: Some(case),
            parent_id: None,
            book: Book::CaseFunds,
            status: ReceiptStatus::OnCase,
            source: ReceiptSource::Transfer,
            bank_account: self.main_account.clone(),
            bank_reference: format!("SEED{serial:09}"),
            amount,
            remaining: amount,
            booked_on: op.now.legal_date(),
            payer_name: "长沙某某建筑有限公司".to_owned(),
            payer_account_sealed: None,
            payer_account_mask: None,
            payer_bank_code: None,
            payer_bank_name: None,
            payer_kind: PayerKind::Unknown,
            on_behalf_of: None,
            remittance_sealed: None,
            document: None,
            published_at: None,
            voucher_number: format!("湘0102收2026-9{serial:08}"),
            arrival_notified_at: Some(op.now),
            version: 1,
            recorded_at: op.now,
        }
    }
}

impl Seed {
    fn case(&self, op: &Op<'_>, serial: usize, amount: Money) -> case::Model {
        case::Model {
            id: CaseId::new(op.now),
            court_id: self.court,
            case_number: format!("（2026）湘0102执{}号", serial.saturating_add(1_001)),
            kind: CaseKind::Enforcement,
            status: CaseStatus::Open,
            manner: None,
            closing_reasons: String::new(),
            closing_document: None,
            filed_on: op.now.legal_date(),
            closed_on: None,
            livelihood_kind: Some(LivelihoodKind::Wages),
            target_amount: amount,
            legacy_number: None,
            basis_number: "（2025）湘0102民初1号".to_owned(),
            predecessor_id: None,
            account_number: format!("{}{:08}", self.main_account, serial.saturating_add(10_000_000)),
            officer_id: None,
            terms_paused_on: None,
            version: 1,
            recorded_at: op.now,
        }
    }
}

fn applicant(op: &Op<'_>, case: &case::Model, serial: usize) -> party::Model {
    party::Model {
        id: PartyId::new(op.now),
        court_id: case.court_id,
        case_id: case.id,
        role: PartyRole::Applicant,
        kind: PartyKind::Person,
        name: format!("工友{serial}"),
        identity_sealed: None,
        identity_index: None,
        identity_mask: None,
        mobile_sealed: None,
        mobile_mask: None,
        recorded_at: op.now,
    }
}

fn wages(op: &Op<'_>, case: &case::Model, creditor: PartyId, amount: Money) -> claim::Model {
    claim::Model {
        id: ClaimId::new(op.now),
        court_id: case.court_id,
        case_id: case.id,
        creditor_id: creditor,
        rank: ClaimRank::Ordinary,
        rank_order: 1,
        cause: "追索劳动报酬".to_owned(),
        security: None,
        livelihood_kind: Some(LivelihoodKind::Wages),
        principal: amount,
        ordinary_interest: Money::ZERO,
        costs: Money::ZERO,
        satisfied: Money::ZERO,
        performance_due: None,
        carried_from: None,
        version: 1,
        recorded_at: op.now,
    }
}

fn payee_of(op: &Op<'_>, case: &case::Model, party: &party::Model, serial: usize) -> Result<payee::Model, Failure> {
    let (id, number, vault) = (PayeeId::new(op.now), account(serial), &op.services.vault);
    Ok(payee::Model {
        id,
        court_id: case.court_id,
        case_id: case.id,
        party_id: party.id,
        status: PayeeStatus::Current,
        name: party.name.clone(),
        account_sealed: vault.seal(payee::account_place(id), &number)?,
        account_index: vault.blind_index(ACCOUNT_INDEX, &number),
        account_mask: format!("***********{}", number.get(11..).unwrap_or_default()),
        bank_code: BANK.to_owned(),
        bank_name: BANK_NAME.to_owned(),
        document: "收款账户确认书".to_owned(),
        confirmed_at: op.now,
        replaced_by: None,
        agent_paper_id: None,
    })
}
