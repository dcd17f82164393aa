//! Distribution (参与分配): how the money of a case goes to its creditors, line by line, and the plan that says so.
//!
//! A plan (分配方案) is computed by pure rules from the pool, the claims and what a panel has decided; it is served on
//! every creditor and the debtor, runs its objection terms, and is then carried out: undisputed lines become payables,
//! a disputed line stays in the case and the rest is paid (民诉解释 509, 510).

pub mod ops;
pub mod rules;
pub mod store;
pub mod tables;

use crate::kernel::stored_enum;

stored_enum! {
    /// Where a plan stands (分配方案状态).
    PlanStatus {
        /// Computed, not yet served (草案).
        Draft = "DRAFT",
        /// Served on at least one person; objection terms run (已送达).
        Served = "SERVED",
        /// Carried out: fees and payables are booked (已生效).
        Finalised = "FINALISED",
        /// Replaced by a later version before it was carried out (已撤回).
        Withdrawn = "WITHDRAWN",
    }
}

stored_enum! {
    /// Why a line gets its money (分配依据), in the order of payment.
    DistributionBasis {
        /// Appraisal fee that a party advanced (垫付的评估费).
        AppraisalCost = "APPRAISAL_COST",
        /// Other necessary costs of the sale and of enforcement (处置费用).
        SaleCost = "SALE_COST",
        /// Execution fee to the treasury (执行申请费).
        ExecutionFee = "EXECUTION_FEE",
        /// Taxes that the law lays on the debtor for the sale, kept until they are paid (税费预留).
        TaxReserve = "TAX_RESERVE",
        /// Rent left to the debtor whose sole home was sold (租金预留).
        RentReserve = "RENT_RESERVE",
        /// Medical costs of personal injury in a criminal matter (人身损害医疗费).
        MedicalCosts = "MEDICAL_COSTS",
        /// Secured on the property, up to its value (担保物权优先受偿).
        Secured = "SECURED",
        /// Other priority by law, at the rank that a panel set (其他优先受偿).
        Priority = "PRIORITY",
        /// Restitution to victims of a crime (退赔被害人).
        Restitution = "RESTITUTION",
        /// Ordinary claim (普通债权).
        Ordinary = "ORDINARY",
        /// The doubled part of interest for delay, after all judgment debts (加倍部分债务利息).
        DelayInterest = "DELAY_INTEREST",
        /// Criminal fine (罚金).
        Fine = "FINE",
        /// Confiscation of property (没收财产).
        Confiscation = "CONFISCATION",
        /// What is left, to the debtor (余款退还).
        Surplus = "SURPLUS",
    }
}

stored_enum! {
    /// How ordinary claims share (普通债权清偿规则).
    OrdinaryRule {
        /// In proportion to the claims that joined (按比例受偿): natural persons and other organisations, 民诉解释 508.
        ProRata = "PRO_RATA",
        /// In the order of seizure (按查封先后): enterprises without bankruptcy, 民诉解释 514; several titles, 执行规定 55.
        SeizureOrder = "SEIZURE_ORDER",
        /// In proportion, all creditors of one title (同一依据按比例): 执行规定 55 para 3.
        RatioOneTitle = "RATIO_ONE_TITLE",
    }
}

stored_enum! {
    /// Where a line of a plan stands (分配明细状态).
    LineState {
        /// In the plan, nothing booked (待生效).
        Planned = "PLANNED",
        /// Disputed: the money stays in the case (争议提存).
        Held = "HELD",
        /// Booked to a reserve or to the fee account (已入账).
        Booked = "BOOKED",
        /// A payable exists; see its attempts (已转应付).
        Payable = "PAYABLE",
        /// Nothing reached this place (未获分配).
        Nothing = "NOTHING",
        /// A creditor line without a confirmed account: stays in the case until there is one (待收款账户).
        AwaitingPayee = "AWAITING_PAYEE",
        /// Its payment was cancelled, or what was held for it was let go because nothing may be paid on the claim any
        /// more; the money stands on the case again, free for another plan (付款已撤销).
        Cancelled = "CANCELLED",
    }
}

stored_enum! {
    /// Where an objection to a plan stands (分配方案异议状态).
    PlanObjectionStatus {
        /// Filed in time; the others are asked (审查中).
        Open = "OPEN",
        /// Taken back by who filed it (已撤回).
        Withdrawn = "WITHDRAWN",
        /// Nobody opposed it: the plan is to be corrected (无人反对，修正方案).
        Accepted = "ACCEPTED",
        /// Opposed; no suit within its term: the plan stands (未起诉，按原方案).
        Lapsed = "LAPSED",
        /// Opposed and sued upon: the disputed part is held (已提起分配方案异议之诉).
        Sued = "SUED",
    }
}
