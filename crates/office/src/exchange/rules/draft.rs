//! From the four sheets to cases as they would be opened, each with what is wrong with its own cells.

use super::{
    Finding,
    columns::{KINDS, LIVELIHOODS, RANKS, ROLES},
    row::{Headings, RowReader},
};
use crate::{
    cases::{
        ClaimRank, PartyKind, PartyRole,
        ops::{ClaimInput, OpenCaseInput, OpeningClaimInput, OpeningPart, PartyInput, PayeeAccountInput},
    },
    exchange::{CaseSheet, grid::Grid},
    kernel::{
        clock::LegalDate,
        identity::CaseNumber,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
};
use serde::Serialize;
use std::collections::HashMap;

/// A case of the file with everything of it.
#[derive(Serialize)]
pub struct Draft {
    pub opening: OpenCaseInput,
    pub payees: Vec<DraftPayee>,
    /// What is wrong with its cells; more may be found by the rules.
    #[serde(skip)]
    pub findings: Vec<Finding>,
    #[serde(skip)]
    row: u32,
    #[serde(skip)]
    party_rows: Vec<u32>,
    #[serde(skip)]
    claim_rows: Vec<u32>,
    /// Place of a party by the number that the file gives him.
    #[serde(skip)]
    serials: HashMap<i32, usize>,
}
/// An account of a party of the case.
#[derive(Serialize)]
pub struct DraftPayee {
    /// Place of the party in the opening.
    pub party: usize,
    pub account: PayeeAccountInput,
    pub document: String,
    #[serde(skip)]
    pub row: u32,
}
impl Draft {
    /// Sheet and row of a part of the opening.
    pub fn place(&self, part: OpeningPart) -> (CaseSheet, u32) {
        let at = |rows: &[u32], index: usize| rows.get(index).copied().unwrap_or(self.row);
        match part {
            OpeningPart::Case => (CaseSheet::Cases, self.row),
            OpeningPart::Party(index) => (CaseSheet::Parties, at(&self.party_rows, index)),
            OpeningPart::Claim(index) => (CaseSheet::Claims, at(&self.claim_rows, index)),
        }
    }
    /// Adds what a rule says of a row, unless the same cell could not be read in the first place.
    pub fn refused(&self, found: &mut Vec<Finding>, (sheet, row): (CaseSheet, u32), refusal: Refusal) {
        let column = refusal.field.and_then(|field| sheet.column(field)).map(|(_, column)| column.title);
        let same = |known: &Finding| known.sheet == sheet && known.row == row && known.column == column;
        if column.is_none() || !self.findings.iter().any(same) {
            found.push(Finding { sheet, row, column, refusal });
        }
    }
}

/// A file, read.
#[derive(Default)]
pub struct Reading {
    pub drafts: Vec<Draft>,
    /// Wrong headings: nothing of the file can be trusted.
    pub headings: Vec<Finding>,
    /// Rows that belong to no case of the file.
    pub strays: Vec<Finding>,
    by_number: HashMap<String, usize>,
}

impl Reading {
    /// Reads the sheets in the order in which they refer to each other. `today` stands in for a day that cannot be
    /// read.
    pub fn of(grids: &[Grid], today: LegalDate) -> Reading {
        let mut reading = Reading::default();
        for sheet in CaseSheet::ALL.iter().copied() {
            let Some((head, rows)) = grids.iter().find(|g| g.sheet == sheet).and_then(|g| g.rows.split_first()) else {
                continue;
            };
            let headings = Headings::read(sheet, head, &mut reading.headings);
            for row in rows.iter().filter(|row| row.cells.iter().any(|cell| !cell.text.trim().is_empty())) {
                let cells = RowReader::new(&headings, row);
                match sheet {
                    CaseSheet::Cases => reading.case(cells, today),
                    CaseSheet::Parties => reading.party(cells),
                    CaseSheet::Claims => reading.claim(cells),
                    CaseSheet::Payees => reading.payee(cells),
                }
            }
        }
        reading
    }
    /// Parties, claims and accounts of the cases.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.drafts.iter().fold((0, 0, 0), |(parties, claims, payees), draft| {
            let opening = &draft.opening;
            (parties + opening.parties.len(), claims + opening.claims.len(), payees + draft.payees.len())
        })
    }

    fn case(&mut self, mut row: RowReader<'_>, today: LegalDate) {
        let case_number = row.needed_text("caseNumber");
        let opening = OpenCaseInput {
            idempotency_key: String::new(),
            basis_number: row.needed_text("basisNumber"),
            filed_on: row.needed_date("filedOn").unwrap_or(today).into(),
            legacy_number: row.text("legacyNumber"),
            livelihood_kind: row.word("livelihoodKind", LIVELIHOODS),
            case_number,
            parties: Vec::new(),
            claims: Vec::new(),
        };
        let key = key(&opening.case_number);
        if !key.is_empty() && self.by_number.contains_key(&key) {
            row.refuse("caseNumber", Refusal::new(RefusalCode::AlreadyExists));
        } else if !key.is_empty() {
            self.by_number.insert(key, self.drafts.len());
        }
        self.drafts.push(Draft {
            opening,
            payees: Vec::new(),
            row: row.number(),
            findings: row.findings,
            party_rows: Vec::new(),
            claim_rows: Vec::new(),
            serials: HashMap::new(),
        });
    }
    /// The case that a row names.
    fn draft_of(&mut self, row: &mut RowReader<'_>) -> Option<usize> {
        let number = row.needed_text("caseNumber");
        let found = self.by_number.get(&key(&number)).copied();
        if found.is_none() && !number.is_empty() {
            row.refuse("caseNumber", Refusal::new(RefusalCode::NotFound));
        }
        found
    }
    fn party(&mut self, mut row: RowReader<'_>) {
        let draft = self.draft_of(&mut row);
        let serial = row.needed_integer("serial");
        let kind = row.needed_word("kind", KINDS);
        let identity_number = row.text("identityNumber");
        let party = PartyInput {
            role: row.needed_word("role", ROLES).unwrap_or(PartyRole::Applicant),
            kind: kind.unwrap_or(PartyKind::Person),
            name: row.needed_text("name"),
            // of which form it must be depends on the kind
            identity_number: identity_number.filter(|_| kind.is_some()),
            mobile: row.text("mobile"),
        };
        let Some(draft) = draft.and_then(|at| self.drafts.get_mut(at)) else {
            self.strays.append(&mut row.findings);
            return;
        };
        if let Some(serial) = serial
            && draft.serials.insert(serial, draft.opening.parties.len()).is_some()
        {
            row.refuse("serial", Refusal::new(RefusalCode::AlreadyExists));
        }
        draft.opening.parties.push(party);
        draft.party_rows.push(row.number());
        draft.findings.append(&mut row.findings);
    }
    fn claim(&mut self, mut row: RowReader<'_>) {
        let draft = self.draft_of(&mut row);
        let serial = row.needed_integer("creditor");
        let claim = ClaimInput {
            rank: row.word("rank", RANKS).unwrap_or(ClaimRank::Ordinary),
            rank_order: row.integer("rankOrder").unwrap_or(1),
            cause: row.needed_text("cause"),
            security: row.text("security"),
            livelihood_kind: row.word("livelihoodKind", LIVELIHOODS),
            principal: row.needed_money("principal").unwrap_or(Money::ZERO),
            ordinary_interest: row.money("ordinaryInterest"),
            costs: row.money("costs"),
            performance_due: row.date("performanceDue").map(Into::into),
        };
        let Some(draft) = draft.and_then(|at| self.drafts.get_mut(at)) else {
            self.strays.append(&mut row.findings);
            return;
        };
        let creditor = party_of(draft, &mut row, "creditor", serial).unwrap_or_default();
        let creditor = u32::try_from(creditor).unwrap_or(u32::MAX);
        draft.opening.claims.push(OpeningClaimInput { creditor, claim });
        draft.claim_rows.push(row.number());
        draft.findings.append(&mut row.findings);
    }
    fn payee(&mut self, mut row: RowReader<'_>) {
        let draft = self.draft_of(&mut row);
        let serial = row.needed_integer("party");
        let account = PayeeAccountInput {
            account_holder: row.needed_text("account.accountHolder"),
            account_number: row.needed_text("account.accountNumber"),
            bank_code: row.needed_text("account.bankCode"),
            bank_name: row.needed_text("account.bankName"),
        };
        let document = row.needed_text("document");
        let Some(draft) = draft.and_then(|at| self.drafts.get_mut(at)) else {
            self.strays.append(&mut row.findings);
            return;
        };
        if let Some(party) = party_of(draft, &mut row, "party", serial) {
            if draft.payees.iter().any(|other| other.party == party) {
                row.refuse("party", Refusal::new(RefusalCode::AlreadyExists));
            }
            draft.payees.push(DraftPayee { party, account, document, row: row.number() });
        }
        draft.findings.append(&mut row.findings);
    }
}

/// The place of the party that a row names by his number in the file.
fn party_of(draft: &Draft, row: &mut RowReader<'_>, field: &'static str, serial: Option<i32>) -> Option<usize> {
    let found = draft.serials.get(&serial?).copied();
    if found.is_none() {
        row.refuse(field, Refusal::new(RefusalCode::NotFound));
    }
    found
}
/// Brackets of either width name the same case.
fn key(number: &str) -> String {
    CaseNumber::parse(number).map_or_else(|_| number.to_owned(), |number| number.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::exchange::grid;

    const FILE: &str = "【案件】
案号*,执行依据文号,立案日期,旧式案号,涉民生类别
（2026）湘0102执12号,（2025）湘0102民初345号,2026/2/27,,人身损害
(2026)湘0102执12号,同号,2026-02-27,,
（2026）湘0102执13号,,二月,,无
【当事人】
案号,当事人序号,当事人地位,当事人类型,姓名或名称,证件号码,手机号
(2026)湘0102执12号,1,申请执行人,自然人,易某,,
（2026）湘0102执12号,1,原告,自然人,,x,
（2026）湘0102执99号,1,被执行人,法人,,,
【债权】
案号,债权人序号,案由,本金（元）
（2026）湘0102执12号,1,人身损害,\"203,500\"
（2026）湘0102执12号,7,人身损害,一百
";
    fn read(text: &str) -> Reading {
        Reading::of(&grid::read(text.as_bytes()).unwrap(), "2026-03-02".parse().unwrap())
    }
    fn shown(findings: &[Finding]) -> Vec<(u32, &'static str, RefusalCode)> {
        findings.iter().map(|f| (f.row, f.column.unwrap_or_default(), f.refusal.code)).collect()
    }

    #[test]
    fn every_wrong_cell_is_found_with_its_row_and_column() {
        use RefusalCode::*;
        let reading = read(FILE);
        assert!(reading.headings.is_empty(), "{:?}", reading.headings);
        let [first, twin, third] = reading.drafts.as_slice() else { panic!("{}", reading.drafts.len()) };
        assert_eq!(first.opening.claims[0].claim.principal.to_string(), "203500.00");
        assert_eq!(
            shown(&first.findings),
            [
                (9, "当事人地位", CellInvalid),
                (9, "姓名或名称", CellInvalid),
                (9, "当事人序号", AlreadyExists),
                (14, "本金（元）", CellInvalid),
                (14, "债权人序号", NotFound),
            ]
        );
        assert_eq!(shown(&twin.findings), [(4, "案号", AlreadyExists)]);
        let third = shown(&third.findings);
        assert_eq!(
            third,
            [(5, "执行依据文号", CellInvalid), (5, "立案日期", CellInvalid), (5, "涉民生类别", CellInvalid)]
        );
        assert_eq!(
            shown(&reading.strays),
            [(10, "案号", NotFound), (10, "当事人类型", CellInvalid), (10, "姓名或名称", CellInvalid)]
        );
    }

    #[test]
    fn headings_are_known_needed_and_named_once() {
        let reading = read("【案件】\n案号,立案日期,立案日期,备注\n");
        assert_eq!(
            shown(&reading.headings),
            [
                (2, "执行依据文号", RefusalCode::ColumnInvalid),
                (2, "立案日期", RefusalCode::ColumnInvalid),
                (2, "", RefusalCode::ColumnInvalid)
            ]
        );
        assert!(reading.drafts.is_empty());
    }
}
