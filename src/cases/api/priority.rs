//! Courts above courts and parties who are paid first, in the graph.

use super::{CaseParty, Court};
use crate::{
    cases::ops::{RecordVulnerablePartyInput, SetSuperiorCourtInput},
    kernel::ids::{CourtId, PartyId},
    mutations, payload,
};

payload! {
    /// What `setSuperiorCourt` did (操作结果).
    SetSuperiorCourtPayload of CourtId {
        /// The lower court with the court above it (下级法院).
        court: Court = Court::load,
    }
    /// What `recordVulnerableParty` did (操作结果).
    RecordVulnerablePartyPayload of PartyId {
        /// The party (当事人).
        party: CaseParty = CaseParty::load,
    }
}

mutations! {
    PriorityMutation {
        /// Records the court directly above a court: it may start unified payouts over it (设定上级法院). Role: ADMINISTRATOR
        /// of all courts.
        set_superior_court("The two courts (上下级法院).": SetSuperiorCourtInput) -> SetSuperiorCourtPayload;
        /// Records with its document why a party's money goes out first in a unified payout (登记困难群体). Role: OFFICER.
        record_vulnerable_party("The party and why (困难情形).": RecordVulnerablePartyInput)
            -> RecordVulnerablePartyPayload;
    }
}
