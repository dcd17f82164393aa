//! The job that reads the audit log and writes a notice for each person whom an event concerns.
//!
//! The log is the outbox: it holds every committed event once, in an order that does not change. The job moves its cursor
//! in the transaction that writes the notices, so each event is told of once, whatever crashes.

use super::{
    NoticeChannel, NoticeDeliveryState, NoticeKind,
    audience::{PAID, RETURNED},
    followed,
    payments::{self, Lines},
    rules::NoticeFacts,
    store::{self, delivery, notice},
    telling::{Event, Recipient, Telling, Told},
};
use crate::{
    access::Services,
    audit::event::payload_place,
    cases::{
        self,
        store::{court, party},
    },
    kernel::{
        boxed,
        bulk::{among, id_set, insert_all},
        clock::{LegalDate, Timestamp},
        db::{Tx, Work, sql},
        error::{Failure, Problem},
        ids::{AccountId, AuditEventId, CaseId, CourtId, NoticeId, PartyId},
        jobs::{Fence, JobHandler},
        money::Money,
        query::Fetch,
        secret::{Place, Sealed},
    },
};
use sea_orm::{ConnectionTrait, QueryResult, entity::prelude::*};
use std::collections::{BTreeSet, HashSet};

const JOB: &str = "notices";
/// Events read in one transaction.
const EVENTS_AT_ONCE: i64 = 100;
/// Lines of a run or bank file of which people are told in one transaction: each is a notice to several.
const LINES_AT_ONCE: i64 = 100;
/// Rows of one statement.
const ROWS_AT_ONCE: usize = 500;

/// The job; registered in `app`.
pub struct Composer {
    pub services: Services,
    /// The gateways that are set up; a notice goes out through each of them.
    pub channels: Vec<NoticeChannel>,
}

#[async_trait::async_trait]
impl JobHandler for Composer {
    fn name(&self) -> &'static str {
        JOB
    }
    fn full(&self) -> u64 {
        EVENTS_AT_ONCE.unsigned_abs()
    }
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let mut piece = Piece { job: self, fence, now: self.services.clock.now() };
        Ok(self.services.db.write(&mut piece).await?)
    }
}

/// Subjects of the events that people are told of.
const TOLD: [&str; 7] =
    ["Receipt", "DistributionPlan", "DisbursementOrder", "PayoutAttempt", "Payee", "PayoutRun", "BankFile"];

pub(super) struct Piece<'a> {
    job: &'a Composer,
    fence: &'a Fence,
    now: Timestamp,
}
impl Work for Piece<'_> {
    type Out = u64;
    async fn run(&mut self, tx: &Tx) -> Result<u64, Failure> {
        self.fence.check(tx).await?;
        // the facts of the others, of every commit of bids among them, are long, and bids wait while they are read
        let text = format!(
            "SELECT l.leaf_index, e.id, e.court_id, e.case_id, e.occurred_at, e.action, e.outcome, e.subject_kind,
                    e.subject_id,
                    CASE WHEN e.subject_kind IN ('{}') OR e.action IN ('{}') THEN e.payload END AS payload
             FROM audit_leaf l JOIN audit_event e ON e.id = l.event_id
             WHERE l.leaf_index > $1 ORDER BY l.leaf_index LIMIT $2",
            TOLD.join("', '"),
            followed::ACTIONS.join("', '")
        );
        let from = store::cursor(tx).await?;
        let rows = tx.query_all_raw(sql(tx, &text, [from.into(), EVENTS_AT_ONCE.into()])).await?;
        let (mut last, mut much, mut done) = (None, false, rows.len() as u64);
        for row in &rows {
            match self.take(tx, row).await {
                Ok(Told::Whole) => {}
                Ok(Told::Much) => much = true,
                // the rest of it is told in the next piece of the job, at once
                Ok(Told::InPart) => {
                    done = EVENTS_AT_ONCE.unsigned_abs();
                    break;
                }
                // a fault in one event, such as facts that cannot be read, is not mended by trying again: the log goes
                // on; what the database says stops here and is tried again
                Err(Failure::Problem(Problem::Internal(detail))) => {
                    let leaf: i64 = row.try_get("", "leaf_index")?;
                    tracing::error!(leaf, %detail, "nobody could be told of an event");
                    store::set_cursor(tx, store::RUN, 0).await?;
                }
                Err(failure) => return Err(failure),
            }
            last = Some(row.try_get::<i64>("", "leaf_index")?);
            if much {
                done = EVENTS_AT_ONCE.unsigned_abs();
                break;
            }
        }
        if let Some(last) = last {
            store::set_cursor(tx, store::AUDIT, last).await?;
        }
        Ok(done)
    }
}

impl Piece<'_> {
    /// The event of a row, when it is of a kind that people are told of.
    fn read(&self, row: &QueryResult) -> Result<Option<Event>, Problem> {
        let kind: Option<String> = row.try_get("", "subject_kind")?;
        let action: String = row.try_get("", "action")?;
        let followed = followed::ACTIONS.contains(&action.as_str());
        let kind = kind.filter(|kind| TOLD.contains(&kind.as_str()) || (kind == "Lot" && followed));
        let (outcome, court): (String, Option<CourtId>) = (row.try_get("", "outcome")?, row.try_get("", "court_id")?);
        let (Some(kind), Some(court), "DONE") = (kind, court, outcome.as_str()) else { return Ok(None) };
        let id: AuditEventId = row.try_get("", "id")?;
        let payload: Sealed = row.try_get("", "payload")?;
        let facts = self.job.services.vault.open_bytes(payload_place(id), &payload).map_err(Problem::internal)?;
        Ok(Some(Event {
            id,
            court,
            case: row.try_get("", "case_id")?,
            at: row.try_get("", "occurred_at")?,
            kind,
            action,
            subject: row.try_get("", "subject_id")?,
            facts: serde_json::from_slice(&facts)?,
        }))
    }

    #[boxed]
    async fn take(&self, tx: &Tx, row: &QueryResult) -> Result<Told, Failure> {
        match self.read(row)? {
            Some(event) if event.kind == "Lot" => self.tell_followers(tx, &event).await,
            None => Ok(Told::Whole),
            Some(event) => match Lines::of(&event) {
                Some(lines) => self.tell_lines(tx, &event, lines).await,
                None => self.tell(tx, &event).await.map(|()| Told::Whole),
            },
        }
    }

    /// Payments of many cases: people are told of some lines at a time. How far they were told stands in a cursor of its
    /// own until the event is done with.
    #[boxed]
    async fn tell_lines(&self, tx: &Tx, event: &Event, lines: Lines) -> Result<Told, Failure> {
        let from = store::run_cursor(tx).await?;
        let some = lines.page(tx, event.subject, from, LINES_AT_ONCE).await?;
        let told_to = some.last().map_or(from, |(line, _)| i64::from(*line));
        let told = lines.told_at(tx, event, &some).await?;
        self.write(tx, event, told).await?;
        let whole = i64::try_from(some.len()).unwrap_or(i64::MAX) < LINES_AT_ONCE;
        store::set_cursor(tx, store::RUN, if whole { 0 } else { told_to }).await?;
        Ok(if whole { Told::Much } else { Told::InPart })
    }

    #[boxed]
    async fn tell(&self, tx: &Tx, event: &Event) -> Result<(), Failure> {
        let tellings = match event.kind.as_str() {
            "Receipt" => received(tx, event).await?,
            "DistributionPlan" => served(tx, event).await?,
            "DisbursementOrder" => payments::approved(tx, event).await?,
            "Payee" => payments::corrected(tx, event).await?,
            "PayoutAttempt" => self.attempted(tx, event).await?,
            // runs and bank files that nobody is told of
            _ => Vec::new(),
        };
        self.write(tx, event, vec![(event.case, tellings)]).await
    }

    /// Writes what an event means for people, each in the matter of a case or of none.
    #[boxed]
    async fn write(&self, tx: &Tx, event: &Event, told: Vec<(Option<CaseId>, Vec<Telling>)>) -> Result<(), Failure> {
        if told.iter().all(|(_, tellings)| tellings.is_empty()) {
            return Ok(());
        }
        let gone = || Failure::internal("an event of no court");
        let court = court::Entity::find_by_id(event.court).first(tx).await?.ok_or_else(gone)?;
        let cases: BTreeSet<CaseId> = told.iter().filter_map(|(case, _)| *case).collect();
        let numbers = cases::store::numbers(tx, &cases).await?;
        let mut new = Vec::new();
        for (case, tellings) in told {
            let case_number = case.and_then(|case| numbers.get(&case).cloned());
            new.extend(tellings.into_iter().map(|telling| {
                let facts = NoticeFacts {
                    court: court.name.clone(),
                    hotline: court.hotline.clone(),
                    case_number: case_number.clone(),
                    amount: telling.amount,
                    day: telling.day,
                    account_tail: telling.account_tail,
                    lot: None,
                };
                New { case, kind: telling.kind, to: telling.to, facts }
            }));
        }
        self.insert(tx, event, &new).await
    }

    /// Writes notices with their way through each gateway: some statements for some hundred of them.
    #[boxed]
    pub(super) async fn insert(&self, tx: &Tx, event: &Event, new: &[New]) -> Result<(), Failure> {
        for some in new.chunks(ROWS_AT_ONCE) {
            let rows = some.iter().map(|one| one.row(event, self.now)).collect::<Result<Vec<_>, _>>()?;
            insert_all::<notice::Entity>(tx, &rows).await?;
            let mut ways = Vec::new();
            for channel in &self.job.channels {
                let reachable = match channel {
                    NoticeChannel::Sms => Some(with_mobile(tx, &rows).await?),
                    NoticeChannel::Webhook => None,
                };
                let reaches =
                    |row: &notice::Model| reachable.as_ref().is_none_or(|ids| ids.contains(&row.recipient_id));
                ways.extend(rows.iter().map(|row| way(row.id, *channel, reaches(row), self.now)));
            }
            for some in ways.chunks(ROWS_AT_ONCE) {
                insert_all::<delivery::Entity>(tx, some).await?;
            }
        }
        Ok(())
    }

    /// The bank's word on a payment: paid, refused or sent back.
    #[boxed]
    async fn attempted(&self, tx: &Tx, event: &Event) -> Result<Vec<Telling>, Failure> {
        let moved = event.facts["effect"] == "MOVED" || event.facts["late"] == true;
        let paid = match event.facts["to"].as_str() {
            Some("SETTLED") if moved => true,
            Some("REJECTED" | "RETURNED") if moved => false,
            _ => return Ok(Vec::new()),
        };
        let text = "SELECT p.purpose, p.amount, p.subject_kind, p.subject_id, y.party_id, y.account_mask
                    FROM payout_attempt a JOIN payable p ON p.id = a.payable_id LEFT JOIN payee y ON y.id = a.payee_id
                    WHERE a.id = $1";
        let Some(row) = tx.query_one_raw(sql(tx, text, [event.subject.into()])).await? else { return Ok(Vec::new()) };
        let (purpose, subject): (String, String) = (row.try_get("", "purpose")?, row.try_get("", "subject_kind")?);
        if row.try_get::<Option<PartyId>>("", "party_id")?.is_some() {
            let step = if paid { PAID } else { RETURNED };
            return payments::told_of(tx, event, step, payments::share(&row, 1)?, &purpose).await;
        }
        let (amount, day) = (Some(row.try_get("", "amount")?), event.at.legal_date());
        if paid && purpose == "DEPOSIT_REFUND" && subject == "Registration" {
            let account = self.bidder(tx, row.try_get("", "subject_id")?).await?;
            let kind = NoticeKind::DepositRefunded;
            return Ok(account
                .map(|account| Telling { kind, to: Recipient::Account(account), amount, day, account_tail: None })
                .into_iter()
                .collect());
        }
        Ok(Vec::new())
    }

    /// The account behind a registration. Its deposit went back, so the lot has ended and nothing is given away.
    #[boxed]
    async fn bidder(&self, tx: &Tx, registration: Uuid) -> Result<Option<AccountId>, Failure> {
        let text = "SELECT account_sealed FROM registration WHERE id = $1";
        let Some(row) = tx.query_one_raw(sql(tx, text, [registration.into()])).await? else { return Ok(None) };
        let sealed: Sealed = row.try_get("", "account_sealed")?;
        let place = Place::new("registration", registration, "account_sealed");
        let account = self.job.services.vault.open(place, &sealed)?;
        Ok(account.expose().parse().ok().map(AccountId::from_uuid))
    }
}

/// Money came to a case: its applicants and respondents hear of it.
#[boxed]
async fn received(tx: &Tx, event: &Event) -> Result<Vec<Telling>, Failure> {
    let (Some(case), true) = (event.case, event.facts["voucher"].is_string()) else { return Ok(Vec::new()) };
    let text = "SELECT amount, booked_on FROM receipt WHERE id = $1";
    let Some(row) = tx.query_one_raw(sql(tx, text, [event.subject.into()])).await? else { return Ok(Vec::new()) };
    let (amount, day): (Money, LegalDate) = (row.try_get("", "amount")?, row.try_get("", "booked_on")?);
    let text = "SELECT id FROM case_party WHERE case_id = $1 AND role IN ('APPLICANT', 'RESPONDENT') ORDER BY id";
    let tell = |row: QueryResult| {
        let to = Recipient::Party(row.try_get("", "id")?);
        Ok(Telling { kind: NoticeKind::MoneyReceived, to, amount: Some(amount), day, account_tail: None })
    };
    tx.query_all_raw(sql(tx, text, [case.into()])).await?.into_iter().map(tell).collect()
}

/// A plan was served on some: those whose service was recorded with the event.
#[boxed]
async fn served(tx: &Tx, event: &Event) -> Result<Vec<Telling>, Failure> {
    if !event.facts["served"].is_number() {
        return Ok(Vec::new());
    }
    let text =
        "SELECT party_id, served_on FROM distribution_service WHERE plan_id = $1 AND recorded_at = $2 ORDER BY id";
    let rows = tx.query_all_raw(sql(tx, text, [event.subject.into(), event.at.into()])).await?;
    let tell = |row: QueryResult| {
        let (to, day) = (Recipient::Party(row.try_get("", "party_id")?), row.try_get("", "served_on")?);
        Ok(Telling { kind: NoticeKind::PlanServed, to, amount: None, day, account_tail: None })
    };
    rows.into_iter().map(tell).collect()
}

/// A notice before it is written.
pub(super) struct New {
    pub(super) case: Option<CaseId>,
    pub(super) kind: NoticeKind,
    pub(super) to: Recipient,
    pub(super) facts: NoticeFacts,
}
impl New {
    fn row(&self, event: &Event, now: Timestamp) -> Result<notice::Model, Failure> {
        let (party_id, account_id, recipient_id) = match self.to {
            Recipient::Party(party) => (Some(party), None, party.uuid()),
            Recipient::Account(account) => (None, Some(account), account.uuid()),
        };
        Ok(notice::Model {
            id: NoticeId::new(now),
            court_id: event.court,
            case_id: self.case,
            kind: self.kind,
            event_id: event.id,
            recipient_id,
            party_id,
            account_id,
            facts: serde_json::to_string(&self.facts)?,
            recorded_at: now,
        })
    }
}

/// The way of a notice through a gateway.
fn way(notice_id: NoticeId, channel: NoticeChannel, reachable: bool, now: Timestamp) -> delivery::Model {
    let state = if reachable { NoticeDeliveryState::Waiting } else { NoticeDeliveryState::NoAddress };
    let next_at = reachable.then_some(now);
    delivery::Model { notice_id, channel, state, tries: 0, next_at, last_error: None, delivered_at: None }
}

/// The recipients of whom a mobile number is known.
#[boxed]
async fn with_mobile(tx: &Tx, rows: &[notice::Model]) -> Result<HashSet<Uuid>, Failure> {
    let among = among(tx.engine(), 1);
    let text = format!(
        "SELECT id FROM case_party WHERE id {among} AND mobile_sealed IS NOT NULL
         UNION ALL SELECT id FROM account WHERE id {among} AND mobile_sealed IS NOT NULL"
    );
    let recipients = id_set(tx.engine(), rows.iter().map(|row| row.recipient_id));
    let found = tx.query_all_raw(sql(tx, &text, [recipients])).await?;
    found.iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// The mobile number that a notice goes to.
pub async fn mobile(services: &Services, row: &notice::Model) -> Result<Option<String>, Problem> {
    let reader = services.db.reader();
    let opened = match (row.party_id, row.account_id) {
        (Some(id), _) => {
            let found = party::Entity::find_by_id(id).first(&reader).await?.and_then(|row| row.mobile_sealed);
            found.map(|sealed| services.vault.open(party::mobile_place(id), &sealed))
        }
        (None, Some(id)) => {
            let found = crate::access::account::load(&reader, id).await?.and_then(|row| row.mobile_sealed);
            found.map(|sealed| services.vault.open(Place::new("account", id.uuid(), "mobile_sealed"), &sealed))
        }
        (None, None) => None,
    };
    Ok(opened.transpose().map_err(Problem::internal)?.map(|mobile| mobile.expose().clone()))
}
