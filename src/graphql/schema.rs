//! The schema, put together from what each room exports, and its text.

use super::{law_api::LawQuery, node::NodeQuery, rule_book::RuleBookQuery};
use crate::{
    access::{
        Queue, Services,
        api::{AccessMutation, AccessQuery},
        approval::ApproveInput,
        approval_api::{ApprovalMutation, ApprovalQuery},
        saved_filter_api::SavedFilterMutation,
    },
    admin::api::{AdminMutation, AdminQuery},
    auction::{
        api::{
            AftermathMutation, AnnouncementMutation, AttachmentMutation, AuctionMutation, AuctionQuery,
            AuctionSubscription, BidderMutation, CollectionMutation, CollectionQuery, FollowMutation, FollowQuery,
            LateDepositQuery, LoanMutation, MirrorMutation, OpeningMutation, PlatformDepositMutation,
            PlatformDepositQuery, ProviderQuery, RefundSpeedQuery, SaleDecisionQuery, StatisticsQuery,
        },
        bidding::Bidding,
        catalogue::{api::CatalogueQuery, event_api::CatalogueSubscription, feed::Feed},
        live::Live,
        views::Views,
    },
    audit::api::AuditQuery,
    bank::{
        api::{BankMutation, BankQuery},
        template_api::{BankTemplateMutation, BankTemplateQuery},
    },
    cases::api::{AgentMutation, CaseOrderMutation, CasesMutation, CasesQuery, PriorityMutation, RestrictionMutation},
    disbursement::api::{
        AdvanceMutation, DisbursementMutation, DisbursementQuery, PayoutResultQuery, ProgrammeMutation, ProgrammeQuery,
        SettlementMutation, SettlementQuery,
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
    funds::{
        api::{
            CashMutation, CashQuery, ChequeMutation, ChequeQuery, FundsMutation, FundsQuery, TermQuery,
            UnidentifiedQuery,
        },
        ops::ClaimReceiptInput,
    },
    ledger::{api::LedgerQuery, statement_api::StatementQuery},
    notice::api::{NoticeMutation, NoticeQuery},
    oversight::monthly::api::{ReconciliationMutation, ReconciliationQuery},
    payout::{
        api::{PayoutMutation, PayoutQuery},
        change_api::PayableChangeMutation,
        charge_api::{BankChargeMutation, BankChargeQuery},
        fee_api::{ExecutionFeeMutation, ExecutionFeeQuery},
        interest_api::{InterestMutation, InterestQuery},
        notary_api::{NotaryMutation, NotaryQuery},
        own_api::OwnPayoutQuery,
        special_api::{SpecialPaymentMutation, SpecialPaymentQuery},
    },
};
use async_graphql::{MergedObject, MergedSubscription, ObjectType, SDLExportOptions, Schema, SchemaBuilder};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

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
    LateDepositQuery,
    PlatformDepositQuery,
    ProviderQuery,
    CatalogueQuery,
    StatisticsQuery,
    CollectionQuery,
    FollowQuery,
    DistributionQuery,
    SimulationQuery,
    DisbursementQuery,
    ProgrammeQuery,
    SettlementQuery,
    PayoutResultQuery,
    PayoutQuery,
    OwnPayoutQuery,
    SpecialPaymentQuery,
    InterestQuery,
    BankChargeQuery,
    NotaryQuery,
    ExecutionFeeQuery,
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
    AgentMutation,
    CaseOrderMutation,
    PriorityMutation,
    RestrictionMutation,
    FundsMutation,
    CashMutation,
    ChequeMutation,
    AuctionMutation,
    AftermathMutation,
    PlatformDepositMutation,
    AnnouncementMutation,
    BidderMutation,
    AttachmentMutation,
    MirrorMutation,
    CollectionMutation,
    FollowMutation,
    OpeningMutation,
    LoanMutation,
    DistributionMutation,
    DisbursementMutation,
    AdvanceMutation,
    SettlementMutation,
    ProgrammeMutation,
    PayoutMutation,
    PayableChangeMutation,
    SpecialPaymentMutation,
    InterestMutation,
    BankChargeMutation,
    NotaryMutation,
    ExecutionFeeMutation,
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
pub struct Subscription(AuctionSubscription, CatalogueSubscription);

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

/// The queues of the mutations that are decided together, one for each kind.
pub struct Queues {
    claims: Queue<ClaimReceiptInput>,
    votes: Queue<ApproveInput>,
}
impl Queues {
    /// Starts them; must be called within the runtime.
    pub fn start(services: &Services, tasks: &TaskTracker, stop: &CancellationToken) -> Queues {
        Queues {
            claims: Queue::start(services.clone(), tasks, stop.clone()),
            votes: Queue::start(services.clone(), tasks, stop.clone()),
        }
    }
}

pub fn build(services: Services, bidding: Bidding, views: Views, feed: Feed, queues: Queues) -> AppSchema {
    let live = Live::new(services.clone());
    let schema = limited(Mutation::default()).data(services).data(bidding).data(views).data(live).data(feed);
    schema.data(queues.claims).data(queues.votes).finish()
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
