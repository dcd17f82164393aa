//! The schema, put together from what each room exports, and its text.

use super::{law_api::LawQuery, node::NodeQuery, rule_book::RuleBookQuery};
use crate::{
    access::{
        Services,
        api::{AccessMutation, AccessQuery},
        approval_api::{ApprovalMutation, ApprovalQuery},
        saved_filter_api::SavedFilterMutation,
    },
    admin::api::{AdminMutation, AdminQuery},
    auction::{
        api::{
            AftermathMutation, AnnouncementMutation, AttachmentMutation, AuctionMutation, AuctionQuery,
            AuctionSubscription, BidderMutation, RefundSpeedQuery, SaleDecisionQuery, StatisticsQuery,
        },
        bidding::Bidding,
        catalogue::api::CatalogueQuery,
        views::Views,
    },
    audit::api::AuditQuery,
    bank::{
        api::{BankMutation, BankQuery},
        template_api::{BankTemplateMutation, BankTemplateQuery},
    },
    cases::api::{CaseOrderMutation, CasesMutation, CasesQuery, PriorityMutation},
    disbursement::api::{
        DisbursementMutation, DisbursementQuery, PayoutResultQuery, ProgrammeMutation, ProgrammeQuery,
    },
    distribution::{
        api::{DistributionMutation, DistributionQuery},
        simulation_api::SimulationQuery,
    },
    document::{
        api::{DocumentMutation, DocumentQuery},
        tables_api::TableMutation,
    },
    exchange::api::{ExchangeMutation, ExchangeQuery},
    funds::api::{
        CashMutation, CashQuery, ChequeMutation, ChequeQuery, FundsMutation, FundsQuery, TermQuery, UnidentifiedQuery,
    },
    ledger::{api::LedgerQuery, statement_api::StatementQuery},
    notice::api::{NoticeMutation, NoticeQuery},
    oversight::monthly::api::{ReconciliationMutation, ReconciliationQuery},
    payout::{
        api::{PayoutMutation, PayoutQuery},
        change_api::PayableChangeMutation,
        interest_api::{InterestMutation, InterestQuery},
        notary_api::{NotaryMutation, NotaryQuery},
        special_api::{SpecialPaymentMutation, SpecialPaymentQuery},
    },
};
use async_graphql::{MergedObject, MergedSubscription, ObjectType, SDLExportOptions, Schema, SchemaBuilder};

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
    SaleDecisionQuery,
    RefundSpeedQuery,
    CatalogueQuery,
    StatisticsQuery,
    DistributionQuery,
    SimulationQuery,
    DisbursementQuery,
    ProgrammeQuery,
    PayoutResultQuery,
    PayoutQuery,
    SpecialPaymentQuery,
    InterestQuery,
    NotaryQuery,
    BankQuery,
    BankTemplateQuery,
    NoticeQuery,
    DocumentQuery,
    ExchangeQuery,
    LedgerQuery,
    StatementQuery,
    ReconciliationQuery,
    AuditQuery,
);

/// Changes (变更). Each takes one input and answers one payload; a rule's refusal stands in `userErrors`.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccessMutation,
    ApprovalMutation,
    SavedFilterMutation,
    AdminMutation,
    CasesMutation,
    CaseOrderMutation,
    PriorityMutation,
    FundsMutation,
    CashMutation,
    ChequeMutation,
    AuctionMutation,
    AftermathMutation,
    AnnouncementMutation,
    BidderMutation,
    AttachmentMutation,
    DistributionMutation,
    DisbursementMutation,
    ProgrammeMutation,
    PayoutMutation,
    PayableChangeMutation,
    SpecialPaymentMutation,
    InterestMutation,
    NotaryMutation,
    BankMutation,
    BankTemplateMutation,
    ReconciliationMutation,
    NoticeMutation,
    DocumentMutation,
    TableMutation,
    ExchangeMutation,
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

/// A schema of these changes under the limits of the product.
pub fn limited<M: ObjectType + 'static>(mutation: M) -> SchemaBuilder<Query, M, Subscription> {
    Schema::build(Query::default(), mutation, Subscription::default())
        .limit_depth(DEPTH)
        .limit_complexity(COMPLEXITY)
        .limit_directives(DIRECTIVES_OF_A_FIELD)
        .disable_suggestions()
}

pub fn build(services: Services, bidding: Bidding, views: Views) -> AppSchema {
    limited(Mutation::default()).data(services).data(bidding).data(views).finish()
}

/// The text of `schema.graphql`: sorted, so that a change shows as what it is.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident();
    limited(Mutation::default()).finish().sdl_with_options(options)
}
