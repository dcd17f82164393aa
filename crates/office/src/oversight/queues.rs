//! What waits for somebody in a court today (工作队列). Each queue is read up to a bound along an index, the nearest end
//! first: nothing is counted over everything, so that the page costs the same in every year.

use crate::{
    access::{
        Actor, Role,
        approval::{ApprovalStatus, approval},
        parameters,
    },
    cases::store::paid_text,
    funds::rules::lamp::lamp_of,
    kernel::{
        clock::{LegalDate, Timestamp},
        db::{Reader, sql},
        error::Problem,
        ids::{AccountId, CourtId},
        query::Fetch,
        stored_enum,
    },
    law::{Lamp, calendar::Calendar},
};
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Value, entity::prelude::*};

/// Above this a queue says that there is more.
pub const SHOWN: usize = 100;
/// Open approvals of a court that are looked through for one's own.
const APPROVALS: u64 = 500;
/// Freezes that lapse within so many days ask to be renewed.
const FREEZE_DAYS: u64 = 30;

stored_enum! {
    /// What a queue holds (队列种类).
    QueueKind {
        /// Running terms on money of your cases: list `dueTerms` (本人案件款项期限).
        MyTerms = "MY_TERMS",
        /// Running terms on money of the whole court: list `dueTerms` (全院款项期限).
        CourtTerms = "COURT_TERMS",
        /// Unidentified money that is to be claimed: list `receipts` (不明款待认领).
        Unidentified = "UNIDENTIFIED",
        /// Freezes of your cases that lapse within 30 days: list `measures` (冻结即将到期).
        Freezes = "FREEZES",
        /// Instalments of settlements in your cases that are unpaid and late, or due within 30 days: list `settlements`
        /// (和解分期履行到期).
        Instalments = "INSTALMENTS",
        /// Deposits with a notary whose reminder has come up: list `notaryDeposits` (提存领取提醒).
        Notary = "NOTARY",
        /// Approvals whose next vote is yours: list `approvals` (待本人审批).
        Approvals = "APPROVALS",
        /// Differences of the monthly reconciliation that you settle: list `monthlyReconciliations` (本人对账差异).
        Differences = "DIFFERENCES",
        /// Approved orders that the cashier releases: list `disbursementOrders` (待出纳发放).
        Releases = "RELEASES",
        /// Payments that were refused or came back: list `disbursementOrders` (退回待处理付款).
        FailedPayments = "FAILED_PAYMENTS",
        /// Movements of the bank without an owner: list `bankLines` (待处理银行明细).
        BankLines = "BANK_LINES",
        /// Deposits that go back, are to be unfrozen or transferred by the platform, within 24 hours: lists
        /// `platformDeposits` and, once late, `lateDeposits` (待退还、待解冻、待划转保证金).
        Deposits = "DEPOSITS",
    }
}
impl QueueKind {
    /// Who has it on his desk.
    const fn roles(self) -> &'static [Role] {
        match self {
            QueueKind::MyTerms | QueueKind::Freezes | QueueKind::Instalments | QueueKind::Notary => &[Role::Officer],
            QueueKind::CourtTerms => &[Role::FundAdministrator, Role::FundSupervisor, Role::BureauChief],
            QueueKind::Unidentified => &[Role::Officer, Role::FundAdministrator],
            QueueKind::Approvals => &[
                Role::FundAdministrator,
                Role::BureauChief,
                Role::VicePresident,
                Role::FinanceReviewer,
                Role::Cashier,
                Role::Administrator,
            ],
            QueueKind::Differences => &[Role::Officer, Role::FundAdministrator, Role::FinanceReviewer, Role::Cashier],
            QueueKind::Releases | QueueKind::FailedPayments => &[Role::Cashier],
            QueueKind::BankLines => &[Role::Cashier, Role::FinanceReviewer],
            QueueKind::Deposits => &[Role::DepositClerk, Role::FinanceReviewer],
        }
    }

    /// Its rows' ends, the nearest first; `$1` court, `$2` account, `$3` the day by which an end is near.
    const fn text(self) -> Option<&'static str> {
        match self {
            QueueKind::MyTerms => Some(
                "SELECT t.due_on AS due FROM term t JOIN receipt r ON r.id = t.receipt_id
                 JOIN enforcement_case c ON c.id = r.case_id
                 WHERE t.court_id = $1 AND c.officer_id = $2 AND $3 = $3
                   AND t.met_on IS NULL AND t.paused_on IS NULL AND t.superseded_on IS NULL",
            ),
            QueueKind::CourtTerms => Some(
                "SELECT t.due_on AS due FROM term t WHERE t.court_id = $1 AND $2 = $2 AND $3 = $3
                   AND t.met_on IS NULL AND t.paused_on IS NULL AND t.superseded_on IS NULL",
            ),
            QueueKind::Unidentified => Some(
                "SELECT t.due_on AS due FROM term t WHERE t.court_id = $1 AND $2 = $2 AND $3 = $3
                   AND t.rule = 'CLAIM_UNIDENTIFIED_3_WORKING_DAYS'
                   AND t.met_on IS NULL AND t.paused_on IS NULL AND t.superseded_on IS NULL",
            ),
            QueueKind::Freezes => Some(
                "SELECT m.until AS due FROM preservation_measure m JOIN enforcement_case c ON c.id = m.case_id
                 WHERE m.court_id = $1 AND c.officer_id = $2 AND m.status = 'ACTIVE' AND m.until <= $3",
            ),
            QueueKind::Notary => Some(
                "SELECT n.last_day AS due FROM notary_deposit n JOIN enforcement_case c ON c.id = n.case_id
                 WHERE n.court_id = $1 AND c.officer_id = $2 AND $3 = $3
                   AND n.state = 'DEPOSITED' AND n.reminded_at IS NOT NULL",
            ),
            QueueKind::Approvals | QueueKind::Deposits | QueueKind::Instalments => None,
            QueueKind::Differences => Some(
                "SELECT i.due_on AS due FROM reconciliation_item i
                 WHERE i.court_id = $1 AND i.owner_id = $2 AND $3 = $3 AND i.state = 'OPEN'",
            ),
            QueueKind::Releases => Some(
                "SELECT (SELECT MIN(t.due_on) FROM disbursement_source s JOIN term t ON t.receipt_id = s.receipt_id
                         WHERE s.order_id = o.id AND t.met_on IS NULL AND t.superseded_on IS NULL) AS due
                 FROM disbursement_order o
                 WHERE o.court_id = $1 AND $2 = $2 AND $3 = $3 AND o.status = 'APPROVED'",
            ),
            QueueKind::FailedPayments => Some(
                "SELECT (SELECT MIN(t.due_on) FROM payable_source s JOIN term t ON t.receipt_id = s.receipt_id
                         WHERE s.payable_id = b.id AND t.superseded_on IS NULL) AS due
                 FROM payable b WHERE b.court_id = $1 AND $2 = $2 AND $3 = $3 AND b.state = 'FAILED'",
            ),
            QueueKind::BankLines => Some(
                "SELECT l.booked_on AS due FROM bank_line l
                 WHERE l.court_id = $1 AND $2 = $2 AND $3 = $3 AND l.state = 'OPEN'",
            ),
        }
    }
}

/// What waits in one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    pub kind: QueueKind,
    /// At most [`SHOWN`].
    pub count: usize,
    pub more: bool,
    /// Of the shown ones, those whose end has passed.
    pub overdue: usize,
    /// The nearest end, and what lamp it shows; none where nothing runs out.
    pub earliest: Option<LegalDate>,
    pub lamp: Option<Lamp>,
}

/// The queues that the actor's posts in `court` bring, in a fixed order; none for a court in which he holds no post.
///
/// # Errors
/// When the database cannot be read.
pub async fn queues(
    reader: &Reader,
    actor: &Actor,
    court: CourtId,
    calendar: &Calendar,
    today: LegalDate,
) -> Result<Vec<Queue>, Problem> {
    let Some(account) = actor.account() else { return Ok(Vec::new()) };
    let warning = parameters::warning_days(reader, court).await?;
    let mut shown = Vec::new();
    for kind in QueueKind::ALL.iter().copied() {
        if !kind.roles().iter().any(|role| actor.holds(*role, court)) {
            continue;
        }
        let ends = match kind.text() {
            Some(text) => ends(reader, text, court, account, today).await?,
            None if kind == QueueKind::Deposits => open_deposits(reader, court).await?,
            None if kind == QueueKind::Instalments => {
                open_instalments(reader, court, account, (today, calendar)).await?
            }
            None => own_approvals(reader, actor, court).await?,
        };
        let earliest = ends.iter().take(SHOWN).copied().flatten().min();
        shown.push(Queue {
            kind,
            count: ends.len().min(SHOWN),
            more: ends.len() > SHOWN,
            overdue: ends.iter().take(SHOWN).flatten().filter(|due| **due < today).count(),
            earliest,
            lamp: earliest.map(|due| lamp_of(calendar, today, due, warning)),
        });
    }
    Ok(shown)
}

/// One more than is shown, so that more is known to be there.
fn bound() -> u64 {
    u64::try_from(SHOWN).map_or(u64::MAX, |shown| shown.saturating_add(1))
}

async fn ends(
    reader: &Reader,
    text: &str,
    court: CourtId,
    account: AccountId,
    today: LegalDate,
) -> Result<Vec<Option<LegalDate>>, Problem> {
    let near = today.checked_add_days(chrono::Days::new(FREEZE_DAYS)).unwrap_or(today);
    let values: [Value; 3] = [court.into(), account.into(), near.into()];
    let text = format!("SELECT x.due AS due FROM ({text}) x ORDER BY x.due LIMIT {}", bound());
    let rows = reader.query_all_raw(sql(reader, &text, values)).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "due")?)).collect()
}

/// Instalments of settlements that are being performed, in the officer's cases, unpaid and near or late.
async fn open_instalments(
    reader: &Reader,
    court: CourtId,
    account: AccountId,
    (today, calendar): (LegalDate, &Calendar),
) -> Result<Vec<Option<LegalDate>>, Problem> {
    let text = format!(
        "SELECT i.due_on AS due FROM settlement_instalment i
         JOIN (SELECT s.id AS id, {} AS paid FROM settlement s JOIN enforcement_case c ON c.id = s.case_id
               WHERE s.court_id = $1 AND c.officer_id = $2 AND s.status = 'IN_FORCE' AND c.status = 'SUSPENDED') x
           ON x.id = i.settlement_id
         WHERE i.court_id = $1 AND i.due_on <= $3 AND i.cumulative > x.paid",
        paid_text("s")
    );
    let due = ends(reader, &text, court, account, today).await?;
    // 民法典 203: a last day on a holiday moves
    Ok(due.into_iter().map(|due| due.map(|due| calendar.roll_forward(due).date)).collect())
}

/// Deposits on their way: paid back and not confirmed by the bank, to be unfrozen or transferred by the provider.
async fn open_deposits(reader: &Reader, court: CourtId) -> Result<Vec<Option<LegalDate>>, Problem> {
    let text = format!(
        "SELECT x.due AS due FROM (
             SELECT r.refund_due_at AS due FROM payable p JOIN registration r ON r.refund_payable_id = p.id
             WHERE p.court_id = $1 AND p.book = 'AUCTION_DEPOSITS' AND p.state IN ('OPEN', 'IN_TRANSIT', 'FAILED')
               AND r.refund_due_at IS NOT NULL
             UNION ALL
             SELECT r.refund_due_at FROM registration r
             WHERE r.court_id = $1 AND r.refund_due_at IS NOT NULL AND r.refund_payable_id IS NULL
               AND r.deposit_received > 0
             UNION ALL
             SELECT d.due_at FROM platform_deposit d
             WHERE d.court_id = $1 AND d.state IN ('RELEASE_DUE', 'DUE_FROM_PROVIDER')) x
         ORDER BY x.due LIMIT {}",
        bound()
    );
    let rows = reader.query_all_raw(sql(reader, &text, [court.into()])).await?;
    rows.into_iter().map(|row| Ok(Some(row.try_get::<Timestamp>("", "due")?.legal_date()))).collect()
}

/// Open approvals whose next vote the actor may cast: his post, not his own work, not voted yet.
async fn own_approvals(reader: &Reader, actor: &Actor, court: CourtId) -> Result<Vec<Option<LegalDate>>, Problem> {
    let open = approval::Entity::find()
        .filter(approval::Column::CourtId.eq(court))
        .filter(approval::Column::Status.eq(ApprovalStatus::Open))
        .filter(approval::Column::Maker.ne(actor.name()))
        .order_by_asc(approval::Column::Id)
        .limit(APPROVALS)
        .list(reader)
        .await?;
    let voted = crate::access::approval::voted_by(reader, &actor.name(), open.iter().map(|row| row.id)).await?;
    let mut own = Vec::new();
    for row in open.iter().filter(|row| !voted.contains(&row.id)) {
        if row.next_role()?.is_some_and(|role| actor.holds(role, court)) {
            own.push(None);
        }
    }
    own.truncate(SHOWN.saturating_add(1));
    Ok(own)
}
