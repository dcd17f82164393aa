//! Cases with money for the benchmark of payouts: their rows are inserted many at a time, their money comes in as any
//! bank's does.

use crate::{
    access::{Act, Op, UseCase},
    cases::{
        CaseKind, CaseStatus, ClaimRank, LivelihoodKind, PartyKind, PartyRole, PayeeStatus,
        store::{case, claim, party, payee},
    },
    funds::{
        ReceiptSource,
        ops::{BankCredit, NewReceipt, Payer, receive},
    },
    kernel::{
        error::Failure,
        ids::{CaseId, ClaimId, CourtId, PartyId, PayeeId},
        money::Money,
        query::Execute,
        secret::ACCOUNT_INDEX,
    },
    ledger::Book,
};
use sea_orm::entity::prelude::*;
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
            claims.push(claim::ActiveModel::from(wages(op, &case, party.id, amount)));
            payees.push(payee::ActiveModel::from(payee_of(op, &case, &party, serial)?));
            parties.push(party::ActiveModel::from(party));
            cases.push(case);
        }
        let rows = cases.iter().map(|row| case::ActiveModel::from(row.clone()));
        case::Entity::insert_many(rows).execute(op.tx).await?;
        party::Entity::insert_many(parties).execute(op.tx).await?;
        claim::Entity::insert_many(claims).execute(op.tx).await?;
        payee::Entity::insert_many(payees).execute(op.tx).await?;
        for (serial, case) in (self.from..self.to).zip(&cases) {
            let line = BankCredit {
                book: Book::CaseFunds,
                bank_account: self.main_account.clone(),
                bank_reference: format!("SEED{serial:09}"),
                amount,
                booked_on: op.now.legal_date(),
                source: ReceiptSource::Transfer,
                payer: Payer { name: "长沙某某建筑有限公司".to_owned(), ..Payer::default() },
                remittance: None,
            };
            receive(op, NewReceipt { court: self.court, case: Some(case.id), line }).await?;
        }
        Ok(true)
    }
}

impl Seed {
    fn case(&self, op: &Op<'_>, serial: usize, amount: Money) -> case::Model {
        case::Model {
            id: CaseId::new(op.now),
            court_id: self.court,
            case_number: format!("（2026）湘0102执{}号", serial.saturating_add(1)),
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
            account_number: format!("{}{serial:08}", self.main_account),
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
