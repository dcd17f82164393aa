//! The schema, put together from what each room exports, and its text.

use super::{law_api::LawQuery, node::NodeQuery, rule_book::RuleBookQuery};
use crate::{
    access::{
        Services,
        api::{AccessMutation, AccessQuery},
        approval_api::{ApprovalMutation, ApprovalQuery},
    },
    admin::api::{AdminMutation, AdminQuery},
    auction::{
        api::{AftermathMutation, AuctionMutation, AuctionQuery, AuctionSubscription},
        bidding::Bidding,
    },
    audit::api::AuditQuery,
    bank::api::{BankMutation, BankQuery},
    cases::api::{CasesMutation, CasesQuery},
    disbursement::api::{DisbursementMutation, DisbursementQuery},
    distribution::api::{DistributionMutation, DistributionQuery},
    document::{
        api::{DocumentMutation, DocumentQuery},
        tables_api::TableMutation,
    },
    funds::api::{
        CashMutation, CashQuery, ChequeMutation, ChequeQuery, FundsMutation, FundsQuery, TermQuery, UnidentifiedQuery,
    },
    ledger::{api::LedgerQuery, statement_api::StatementQuery},
    payout::{
        api::{PayoutMutation, PayoutQuery},
        special_api::{SpecialPaymentMutation, SpecialPaymentQuery},
    },
};
use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions, Schema, SchemaBuilder};

/// Reads (查询). Lists are Relay connections; what the caller may not see is not there.
#[derive(MergedObject, Default)]
pub struct Query(
    NodeQuery,
    LawQuery,
    RuleBookQuery,
    AccessQuery,
    ApprovalQuery,
    AdminQuery,
    CasesQuery,
    FundsQuery,
    TermQuery,
    CashQuery,
    ChequeQuery,
    UnidentifiedQuery,
    AuctionQuery,
    DistributionQuery,
    DisbursementQuery,
    PayoutQuery,
    SpecialPaymentQuery,
    BankQuery,
    DocumentQuery,
    LedgerQuery,
    StatementQuery,
    AuditQuery,
);

/// Changes (变更). Each takes one input and answers one payload; a rule's refusal stands in `userErrors`.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccessMutation,
    ApprovalMutation,
    AdminMutation,
    CasesMutation,
    FundsMutation,
    CashMutation,
    ChequeMutation,
    AuctionMutation,
    AftermathMutation,
    DistributionMutation,
    DisbursementMutation,
    PayoutMutation,
    SpecialPaymentMutation,
    BankMutation,
    DocumentMutation,
    TableMutation,
);

/// Live changes (订阅), over WebSocket or server-sent events. What is missed is read again by version.
#[derive(MergedSubscription, Default)]
pub struct Subscription(AuctionSubscription);

pub type AppSchema = Schema<Query, Mutation, Subscription>;

/// GraphiQL's introspection is 15 deep by the document guard and 20 by the engine's count.
const DEPTH: usize = 20;
/// Fields of an answer, pages counted in full.
const COMPLEXITY: usize = 20_000;
const DIRECTIVES_OF_A_FIELD: usize = 5;

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .limit_depth(DEPTH)
        .limit_complexity(COMPLEXITY)
        .limit_directives(DIRECTIVES_OF_A_FIELD)
        .disable_suggestions()
}

pub fn build(services: Services, bidding: Bidding) -> AppSchema {
    builder().data(services).data(bidding).finish()
}

/// The text of `schema.graphql`: sorted, so that a change shows as what it is.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident();
    builder().finish().sdl_with_options(options)
}
