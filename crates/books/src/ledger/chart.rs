//! The chart of accounts (科目表).

use crate::kernel::{
    ids::{CourtId, LedgerAccountId, derived_uuid},
    money::Money,
};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A court's separate sets of books (账套). No posting crosses them; money moves between them by bank transfer alone.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "Book")]
pub enum Book {
    /// Case funds (执行案款专户).
    CaseFunds,
    /// Deposits and prices of auctions (网络司法拍卖专户).
    AuctionDeposits,
    /// Litigation fees, due to the treasury (诉讼费).
    LitigationFees,
}

/// An account of the chart (会计科目). Liabilities are what the court owes; the bank is what it holds.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    async_graphql::Enum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[graphql(name = "AccountCode")]
pub enum Code {
    /// 1001 Bank account of the book (银行存款).
    Bank,
    /// 1002 Cash taken by two officers (库存现金).
    Cash,
    /// 1003 Cheques that are not cleared yet (待入账支票).
    Cheque,
    /// 2001 Money of a case (执行案款).
    CaseFund,
    /// 2002 Money whose case is not known (不明款).
    Unidentified,
    /// 2003 Deposit of a bidder (竞买保证金).
    BidderDeposit,
    /// 2004 Price of a lot before the ruling is served (拍卖价款).
    Price,
    /// 2005 Forfeited deposit before its use is decided (悔拍保证金).
    Forfeited,
    /// 2006 Execution fee, due to the treasury (执行申请费).
    ExecutionFee,
    /// 2007 Owed to a payee, not yet instructed (应付案款).
    Payable,
    /// 2008 Instructed, result of the bank open (在途款项).
    InTransit,
    /// 2009 Deposited with a notary (提存款).
    NotaryDeposit,
    /// 2010 Interest of the bank (待分配利息).
    InterestUndistributed,
    /// 2012 Reserved for the taxes of a sale (税费预留).
    TaxReserve,
    /// 2013 Reserved for the debtor's rent (租金预留).
    RentReserve,
    /// 2015 A case's cheque that is not cleared yet (待入账支票款).
    ChequePending,
    /// 1019 Charge of the bank, to be reimbursed (待报销手续费).
    SuspenseBankCharge,
    /// 9001 Memo: deposits frozen on the platform, no money of the court (平台冻结保证金).
    FrozenDeposit,
    /// 9002 Memo: whose deposit the platform has, against 9001 and 9003 (平台冻结保证金备查).
    FrozenContra,
    /// 9003 Memo: purchasers' deposits that the provider still owes to the court's account (应收平台划转保证金).
    DueFromProvider,
}
impl Code {
    pub const fn number(self) -> &'static str {
        match self {
            Code::Bank => "1001",
            Code::Cash => "1002",
            Code::Cheque => "1003",
            Code::SuspenseBankCharge => "1019",
            Code::CaseFund => "2001",
            Code::Unidentified => "2002",
            Code::BidderDeposit => "2003",
            Code::Price => "2004",
            Code::Forfeited => "2005",
            Code::ExecutionFee => "2006",
            Code::Payable => "2007",
            Code::InTransit => "2008",
            Code::NotaryDeposit => "2009",
            Code::InterestUndistributed => "2010",
            Code::TaxReserve => "2012",
            Code::RentReserve => "2013",
            Code::ChequePending => "2015",
            Code::FrozenDeposit => "9001",
            Code::FrozenContra => "9002",
            Code::DueFromProvider => "9003",
        }
    }
    pub const fn is_asset(self) -> bool {
        matches!(
            self,
            Code::Bank
                | Code::Cash
                | Code::Cheque
                | Code::SuspenseBankCharge
                | Code::FrozenDeposit
                | Code::DueFromProvider
        )
    }
    /// Keeps a locked balance row and never goes below zero.
    pub const fn is_guarded(self) -> bool {
        matches!(
            self,
            Code::CaseFund
                | Code::BidderDeposit
                | Code::Price
                | Code::Forfeited
                | Code::Payable
                | Code::NotaryDeposit
                | Code::TaxReserve
                | Code::RentReserve
                | Code::ChequePending
                | Code::FrozenContra
        )
    }
    /// The account's natural sign: what stands on it as a positive amount. `signed` is debit above zero.
    pub const fn natural(self, signed: Money) -> Money {
        if self.is_asset() { signed } else { Money::from_fen(signed.fen().saturating_neg()) }
    }
}

/// What identifies an account. Its id is derived from it, so that a posting needs no look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountKey {
    pub court: CourtId,
    pub book: Book,
    pub code: Code,
    /// The case, registration, lot or payable that owns the account; none for accounts of the court.
    pub owner: Option<Uuid>,
}
impl AccountKey {
    pub const fn of_court(court: CourtId, book: Book, code: Code) -> AccountKey {
        AccountKey { court, book, code, owner: None }
    }
    pub const fn owned(court: CourtId, book: Book, code: Code, owner: Uuid) -> AccountKey {
        AccountKey { court, book, code, owner: Some(owner) }
    }
    /// The same key is the same id on every node. Two keys of one owner differ by their place, or by sixteen bits of hash
    /// where two courts should ever keep an account of the same owner.
    ///
    /// The id of an owned account begins as its owner's, who has a time-ordered id: accounts that are opened or moved
    /// one after the other lie side by side in the indices of accounts, balances and postings. With a mere hash each
    /// line of a payout would touch a page of its own, the more of them the larger the books are.
    pub fn id(&self) -> LedgerAccountId {
        let owner = self.owner.map(|id| id.to_string()).unwrap_or_default();
        let text = format!("{}|{}|{}|{owner}", self.court.uuid(), self.book.to_value(), self.code.number());
        let hash = derived_uuid(&text);
        let Some(owner) = self.owner else { return LedgerAccountId::from_uuid(hash) };
        let mut bytes = *owner.as_bytes();
        bytes[12..14].copy_from_slice(&self.place().to_be_bytes());
        bytes[14..].copy_from_slice(&hash.as_bytes()[14..]);
        LedgerAccountId::from_uuid(Uuid::new_v8(bytes))
    }
    /// Book and number in the chart: which of its owner's accounts it is. Takes the place of half of the random bits of
    /// the owner's id; the other half is of the hash.
    fn place(&self) -> u16 {
        let book = match self.book {
            Book::CaseFunds => 0,
            Book::AuctionDeposits => 1,
            Book::LitigationFees => 2,
        };
        // four digits take fourteen bits
        (book << 14) | self.code.number().parse::<u16>().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{
        clock::Timestamp,
        ids::{CaseId, PayableId},
    };
    use sea_orm::Iterable;
    use std::collections::BTreeSet;

    fn court(number: u128) -> CourtId {
        CourtId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn no_two_accounts_of_an_owner_or_of_a_court_share_an_id() {
        let now = Timestamp::from_micros(1_772_413_200_000_000);
        let owners = [None, Some(CaseId::new(now).uuid()), Some(CaseId::new(now).uuid())];
        let mut ids = Vec::new();
        for (owner, court) in owners.into_iter().flat_map(|owner| [(owner, court(1)), (owner, court(2))]) {
            for (book, code) in Book::iter().flat_map(|book| Code::iter().map(move |code| (book, code))) {
                ids.push(AccountKey { court, book, code, owner }.id());
            }
        }
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(Code::iter().all(|code| code.number().parse::<u16>().is_ok_and(|number| number < 1 << 14)));
    }

    #[test]
    fn accounts_stand_in_the_order_of_their_owners() {
        // several within one millisecond, then later ones
        let owners = [0, 0, 0, 500, 1_000, 2_500, 900_000_000].map(|later| {
            let now = Timestamp::from_micros(1_772_413_200_000_000_i64.saturating_add(later));
            PayableId::new(now).uuid()
        });
        let ids = owners.map(|owner| AccountKey::owned(court(1), Book::CaseFunds, Code::Payable, owner).id());
        assert!(ids.is_sorted(), "{ids:?}");
    }
}
