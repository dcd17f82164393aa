//! What the court has found out about the property: its reference price, its survey, what it will cost (参考价、
//! 调查情况、总成本). Nouns only; the rules are in `rules::property`.

use crate::kernel::money::Money;
use crate::kernel::stored_enum;
use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

stored_enum! {
    /// How the reference price was found, in the order in which the ways are tried (参考价确定方式).
    PriceMethod {
        /// Agreed by the parties (当事人议价).
        Negotiated = "NEGOTIATED",
        /// Asked of an institution that sets a government or tax base price (定向询价).
        DirectedInquiry = "DIRECTED_INQUIRY",
        /// Mean of what the listed platforms answered (网络询价).
        NetworkInquiry = "NETWORK_INQUIRY",
        /// Report of an appraiser (委托评估).
        Appraisal = "APPRAISAL",
    }
}
stored_enum! {
    /// A question of the survey of the property (调查事项).
    SurveyItem {
        /// Owner and entry in the register (权属登记).
        Ownership = "OWNERSHIP",
        /// What it may be used for (用途).
        Use = "USE",
        /// Area, number or quantity (面积或数量).
        Extent = "EXTENT",
        /// Who is in possession of it (占有使用).
        Possession = "POSSESSION",
        /// Leases and their terms (租赁).
        Lease = "LEASE",
        /// Mortgages, pledges and liens (担保物权).
        Security = "SECURITY",
        /// Seizures, first and waiting (查封).
        Seizure = "SEIZURE",
        /// Unpaid charges of management, water, power, storage (欠费).
        Arrears = "ARREARS",
        /// Unpaid taxes (欠税).
        TaxArrears = "TAX_ARREARS",
        /// Keys, certificates, papers (钥匙及证照).
        Keys = "KEYS",
        /// Building without permission, conversion (改扩建或违章).
        Alteration = "ALTERATION",
        /// Known defects (已知瑕疵).
        Defect = "DEFECT",
        /// When and how it may be viewed (看样).
        Viewing = "VIEWING",
    }
}
stored_enum! {
    /// What the survey says to a question (调查结论).
    Finding {
        /// Found out, with source and day (已查明).
        Found = "FOUND",
        /// Not investigated, and said so (未调查).
        NotInvestigated = "NOT_INVESTIGATED",
        /// The question does not arise for this property (不适用).
        NotApplicable = "NOT_APPLICABLE",
    }
}
stored_enum! {
    /// Who is in possession (占有状况).
    Occupancy {
        /// Nobody (空置).
        Vacant = "VACANT",
        /// The debtor or his family (被执行人占有).
        Debtor = "DEBTOR",
        /// A tenant (承租人占有).
        Tenant = "TENANT",
        /// Somebody else (他人占有).
        Others = "OTHERS",
        /// Not investigated (未调查).
        NotInvestigated = "NOT_INVESTIGATED",
    }
}
stored_enum! {
    /// A cost besides the price (费用种类).
    CostKind {
        /// Deed tax, the purchaser's by law (契税).
        DeedTax = "DEED_TAX",
        /// Value added tax, the debtor's by law (增值税).
        ValueAddedTax = "VALUE_ADDED_TAX",
        /// Tax on the debtor's income from the sale (所得税).
        IncomeTax = "INCOME_TAX",
        /// Tax on the rise of the land's value, the debtor's by law (土地增值税).
        LandValueTax = "LAND_VALUE_TAX",
        /// Stamp tax, each side its own (印花税).
        StampTax = "STAMP_TAX",
        /// Fees of the register (登记费).
        RegistrationFee = "REGISTRATION_FEE",
        /// Unpaid management charges (物业欠费).
        ManagementArrears = "MANAGEMENT_ARREARS",
        /// Unpaid water, power, gas, heating (水电气暖欠费).
        UtilityArrears = "UTILITY_ARREARS",
        /// Fines on a vehicle (车辆违章罚款).
        VehicleFines = "VEHICLE_FINES",
        /// Storage, transport, dismantling (保管、运输及拆除费).
        Storage = "STORAGE",
        /// Anything else, named in the note (其他费用).
        Other = "OTHER",
    }
}
stored_enum! {
    /// Who bears a cost (承担主体).
    CostBearer {
        /// The purchaser, besides the price (买受人).
        Buyer = "BUYER",
        /// The debtor: it is taken from the price (被执行人).
        Debtor = "DEBTOR",
        /// Each side its own by law (各自承担).
        Each = "EACH",
    }
}

/// What one platform answered to a network inquiry (网络询价结果).
#[derive(InputObject, SimpleObject, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[graphql(input_name = "NetworkQuoteInput")]
#[serde(rename_all = "camelCase")]
pub struct NetworkQuote {
    /// Name of the listed platform (网络询价平台).
    pub platform: String,
    /// Its result, above zero (询价结果).
    pub amount: Money,
}
