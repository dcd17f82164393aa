//! Nouns of what follows bidding: rungs of a chain of rounds, default and its deposit, property in kind, sales set
//! aside, objections.

use crate::kernel::stored_enum;

stored_enum! {
    /// Rung of the ladder that unsold property goes down (处置阶段). A re-auction stands on the rung that it repeats.
    Stage {
        /// First auction (一拍).
        First = "FIRST",
        /// Second auction (二拍).
        Second = "SECOND",
        /// Sell-off (变卖).
        SellOff = "SELL_OFF",
    }
}

stored_enum! {
    /// Where a part of a forfeited deposit goes (悔拍保证金用途), in the order of 网拍规定 第24条.
    ForfeitureStep {
        /// Costs of the auction that came to nothing and of the new one (拍卖费用损失).
        AuctionCost = "AUCTION_COST",
        /// What the new sale brought less than the old one (重新拍卖价款差价).
        PriceGap = "PRICE_GAP",
        /// Debts of the debtor in this case (本案被执行人的债务).
        CaseDebt = "CASE_DEBT",
        /// Debts of the same debtor in other cases that are tied to the property (与拍卖财产相关的债务).
        RelatedDebt = "RELATED_DEBT",
    }
}

stored_enum! {
    /// Whether a defaulter pays more than his deposit (悔拍补差政策); courts differ, so the announcement says it.
    TopUpPolicy {
        /// The deposit is the limit (以保证金为限).
        CapAtDeposit = "CAP_AT_DEPOSIT",
        /// The court may order the difference to be made up (责令补交差价).
        OrderTopup = "ORDER_TOPUP",
    }
}

stored_enum! {
    /// What must happen within 30 days of an unsold auction (再次拍卖期限的计算).
    SecondAuctionTerm {
        /// Bidding of the second auction begins (开始竞价).
        Start = "START",
        /// The second auction is announced (发布公告).
        Announcement = "ANNOUNCEMENT",
    }
}

stored_enum! {
    /// Which reminder of the balance it is (余款催缴).
    ReminderKind {
        /// Three days before the last day (到期前三日).
        BeforeDue = "BEFORE_DUE",
        /// On the last day (到期日).
        Due = "DUE",
        /// Three days after it (逾期三日).
        Overdue = "OVERDUE",
    }
}

stored_enum! {
    /// Ground on which a sale is set aside (撤销拍卖事由), 网拍规定 第31条.
    SetAsideGround {
        /// Description or notices seriously untrue: the purpose of buying is defeated (文字说明等严重失实).
        FalseDescription = "FALSE_DESCRIPTION",
        /// Fault, attack or data error of the system made a wrong result (系统故障、病毒、黑客或数据错误).
        SystemFault = "SYSTEM_FAULT",
        /// Bidders among themselves or with the provider colluded (恶意串通).
        Collusion = "COLLUSION",
        /// The purchaser had not the qualification that the law demands (买受人不具备竞买资格).
        UnqualifiedBuyer = "UNQUALIFIED_BUYER",
        /// Bidders were limited unlawfully or treated unequally (违法限制或不同等条件).
        UnequalConditions = "UNEQUAL_CONDITIONS",
        /// Another serious breach of the procedure (其他严重违反程序).
        SeriousBreach = "SERIOUS_BREACH",
        /// The purchaser of equity did not obtain the approval of its transfer; 股权执行规定 第15条 (股权变更未获批准).
        TransferNotApproved = "TRANSFER_NOT_APPROVED",
    }
}

stored_enum! {
    /// What came of the approval that the transfer of equity needs (股权变更审批结果), 股权执行规定 第15条.
    TransferOutcome {
        /// The authority approves the purchaser (已批准).
        Granted = "GRANTED",
        /// Refused, or not obtained in a reasonable time (未获批准).
        NotObtained = "NOT_OBTAINED",
    }
}

stored_enum! {
    /// How much of a line of the register of restitution has come back (执行回转进度).
    RestitutionState {
        /// Nothing (未回转).
        Outstanding = "OUTSTANDING",
        /// A part (部分回转).
        PartlyReturned = "PARTLY_RETURNED",
        /// All of it (已回转).
        Returned = "RETURNED",
    }
}

stored_enum! {
    /// Kind of an objection to a sale (异议类型).
    ObjectionKind {
        /// A third party claims a right in the property: sale and money stand still (案外人异议).
        ThirdParty = "THIRD_PARTY",
        /// Against an act of enforcement (执行行为异议).
        ActOfEnforcement = "ACT_OF_ENFORCEMENT",
        /// Asks to set the sale aside (请求撤销拍卖).
        SetAside = "SET_ASIDE",
        /// Against the valuation (评估异议).
        Valuation = "VALUATION",
    }
}

stored_enum! {
    /// How an objection ended (异议结果).
    ObjectionOutcome {
        /// The objector is right (异议成立).
        Upheld = "UPHELD",
        /// He is not (驳回异议).
        Dismissed = "DISMISSED",
        /// He took it back (撤回异议).
        Withdrawn = "WITHDRAWN",
    }
}

stored_enum! {
    /// What money of a sale is decided on by two people (拍卖款项处理事项).
    SaleDecisionKind {
        /// The sale is set aside, its price goes back (撤销拍卖退款).
        SetAside = "SET_ASIDE",
        /// A forfeited deposit is used (悔拍保证金分配).
        Forfeiture = "FORFEITURE",
        /// What a defaulter had paid beyond his deposit goes back (悔拍退还余款).
        DefaultReturn = "DEFAULT_RETURN",
        /// What a payee brought back after a sale was set aside goes on to who paid the price (执行回转款退还).
        Restitution = "RESTITUTION",
    }
}
