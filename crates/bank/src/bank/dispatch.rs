//! The job that stages the lines of accepted files and brings each to its owner.
//!
//! Files are staged in pieces, movements are dispatched one by one and the bank's answers in pieces ([`results`]), each
//! in its own short transaction, so that bids and everything else overtake a long file at any point and a crash loses
//! nothing: what is not dispatched is still staged.

mod results;

use super::{
    BankLineState, FileState, LineKind, ops, raw,
    reading::{BATCH, Reading},
    rules::{LineFacts, NewLine, OpenReason, Route, decide_route},
    statement::{self, bank_statement},
    store::{self, bank_file, bank_line},
};
use crate::kernel::boxed;
use crate::{
    access::{Act, Actor, Op, Services, UseCase, run},
    auction, cases,
    funds::{
        self, ReceiptSource,
        ops::{BankCredit, NewReceipt, Payer, receive},
    },
    kernel::{
        clock::Timestamp,
        db::{Tx, Work},
        error::{Failure, Outcome, Problem},
        ids::{BankLineId, BankStatementId, NodeRef},
        jobs::{Fence, JobHandler},
        money::Money,
        refusal::{Refusal, RefusalCode},
        secret::Secret,
    },
    law::reference,
    ledger::Book,
    payout::{
        self,
        outcome::BankStatus,
        result::{BankResult, on_result, on_return},
    },
};
use serde::Serialize;

/// Name of the job, of its lease and of the actor in the audit log.
const JOB: &str = "dispatch-bank-lines";
/// Lines dispatched in one piece of the job.
const DISPATCH_CHUNK: u64 = 200;
/// Faults after which a line waits for a person instead of holding up the job.
const MAX_TRIES: i32 = 5;

/// The job.
pub struct BankLines {
    pub services: Services,
}

#[async_trait::async_trait]
impl JobHandler for BankLines {
    fn name(&self) -> &'static str {
        JOB
    }

    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let reader = self.services.db.reader();
        if let Some(file) = store::oldest_to_stage(&reader).await? {
            return self.stage(fence, file).await;
        }
        let swept = raw::sweep(&self.services.db, self.services.clock.now()).await?;
        let lines = store::staged_lines(&reader, DISPATCH_CHUNK).await?;
        for piece in results::pieces(&lines) {
            if piece.len() > 1 && results::dispatch_piece(&self.services, fence, piece).await? {
                continue;
            }
            for line in piece {
                self.dispatch(fence, line).await?;
            }
        }
        let finished = self.finish_files(fence).await?;
        Ok(u64::try_from(lines.len()).unwrap_or(u64::MAX).saturating_add(finished).saturating_add(swept))
    }
}

impl BankLines {
    /// Stages what a file still holds, batch by batch, while it is read again.
    async fn stage(&self, fence: &Fence, file: bank_file::Model) -> Result<u64, Problem> {
        let reader = self.services.db.reader();
        let statements = statement::of_file(&reader, file.id).await?;
        let mut staging = Staging { job: self, fence, file: &file, statements, at: 0 };
        let mut reading = Reading::open(&self.services, file.id).await?;
        while let Some(batch) = reading.next().await {
            staging.take(&batch.lines).await?;
        }
        if let Some(intake) = reading.end().await?.map_err(Problem::internal)?.results {
            for lines in ops::complete(&reader, intake).await?.lines.chunks(BATCH) {
                staging.take(lines).await?;
            }
        }
        match usize::try_from(file.line_count) == Ok(staging.at) {
            true => Ok(1),
            false => Err(Problem::internal("a bank file holds other lines than when it was accepted")),
        }
    }

    fn row(
        &self,
        file: &bank_file::Model,
        index: usize,
        line: &NewLine,
        statement: Option<BankStatementId>,
        now: Timestamp,
    ) -> Result<bank_line::Model, Problem> {
        let id = BankLineId::new(now);
        Ok(bank_line::Model {
            id,
            court_id: file.court_id,
            book: file.book,
            file_id: file.id,
            line: i32::try_from(index.saturating_add(1)).map_err(Problem::internal)?,
            kind: line.kind,
            state: BankLineState::Staged,
            reference: line.reference.clone(),
            amount: line.amount,
            booked_on: line.booked_on,
            account_number: line.account_number.clone(),
            end_to_end_id: line.end_to_end_id.clone(),
            reversal: line.reversal,
            status_code: line.status_code.clone(),
            reason_code: line.reason_code.clone(),
            statement_id: statement,
            particulars_sealed: store::seal_particulars(&self.services.vault, id, &line.particulars)?,
            target_kind: None,
            target_id: None,
            note: None,
            tries: 0,
            recorded_at: now,
            dispatched_at: None,
        })
    }

    /// Dispatches one line. Money that its owner cannot take is booked as unidentified; whatever else is refused, or
    /// fails again and again, waits for a person.
    async fn dispatch(&self, fence: &Fence, line: &bank_line::Model) -> Result<(), Problem> {
        let actor = Actor::system(JOB);
        let attempt = |unowned| DispatchLine { line: line.id, unowned, fence };
        let outcome = match run(&self.services, &actor, &attempt(false)).await {
            Ok(Outcome::Refused(_)) if line.kind == LineKind::Credit => {
                run(&self.services, &actor, &attempt(true)).await
            }
            first => first,
        };
        let (tries, note) = match outcome {
            Ok(Outcome::Done { .. }) => return Ok(()),
            Ok(Outcome::Refused(_)) => (line.tries, Some(OpenReason::OwnerRefused)),
            Err(Problem::Conflict) => return Err(Problem::Conflict),
            Err(problem) => {
                tracing::error!(line = %line.id.to_global(), ?problem, "a bank line could not be dispatched");
                let tries = line.tries.saturating_add(1);
                (tries, (tries >= MAX_TRIES).then_some(OpenReason::Fault))
            }
        };
        self.services
            .db
            .write(&mut SetAside { fence, line: line.id, tries, note, now: self.services.clock.now() })
            .await?;
        Ok(())
    }

    async fn finish_files(&self, fence: &Fence) -> Result<u64, Problem> {
        let reader = self.services.db.reader();
        let mut finished = 0_u64;
        for file in store::files_to_finish(&reader).await? {
            if !store::has_staged(&reader, file.id).await? {
                let now = self.services.clock.now();
                self.services.db.write(&mut Finish { fence, file: &file, now }).await?;
                finished = finished.saturating_add(1);
            }
        }
        Ok(finished)
    }
}

/// One pass over a file that is being staged.
struct Staging<'a> {
    job: &'a BankLines,
    fence: &'a Fence,
    file: &'a bank_file::Model,
    statements: Vec<bank_statement::Model>,
    /// Lines seen so far.
    at: usize,
}

impl Staging<'_> {
    /// Stages a batch, unless it was staged before.
    async fn take(&mut self, lines: &[NewLine]) -> Result<(), Problem> {
        let first = self.at;
        self.at = self.at.saturating_add(lines.len());
        let taken = usize::try_from(self.file.taken).map_err(Problem::internal)?;
        if first < taken {
            return Ok(());
        }
        let now = self.job.services.clock.now();
        let rows = (first..)
            .zip(lines)
            .map(|(index, line)| self.job.row(self.file, index, line, self.statement_of(line), now))
            .collect::<Result<Vec<_>, _>>()?;
        let mut piece = StagePiece { fence: self.fence, file: self.file, first, rows };
        self.job.services.db.write(&mut piece).await?;
        Ok(())
    }
    fn statement_of(&self, line: &NewLine) -> Option<BankStatementId> {
        let place = |row: &&bank_statement::Model| usize::try_from(row.position) == Ok(line.statement);
        self.statements.iter().find(place).map(|row| row.id)
    }
}

struct StagePiece<'a> {
    fence: &'a Fence,
    file: &'a bank_file::Model,
    first: usize,
    rows: Vec<bank_line::Model>,
}
impl Work for StagePiece<'_> {
    type Out = ();
    async fn run(&mut self, tx: &Tx) -> Result<(), Failure> {
        self.fence.check(tx).await?;
        let mut file = store::lock_file(tx, self.file.id).await?;
        if usize::try_from(file.taken) != Ok(self.first) {
            return Err(Problem::Conflict.into());
        }
        for row in &self.rows {
            if !store::insert_line(tx, row.clone()).await? {
                if let Some(statement) = row.statement_id {
                    statement::put_on(tx, statement, row).await?;
                }
                file.known = file.known.saturating_add(1);
            }
            file.taken = file.taken.saturating_add(1);
        }
        Ok(store::save_file(tx, file).await?)
    }
}

/// A line that could not be dispatched: tried again later, or left to a person.
struct SetAside<'a> {
    fence: &'a Fence,
    line: BankLineId,
    tries: i32,
    note: Option<OpenReason>,
    now: Timestamp,
}
impl Work for SetAside<'_> {
    type Out = ();
    async fn run(&mut self, tx: &Tx) -> Result<(), Failure> {
        self.fence.check(tx).await?;
        let mut line = store::lock_line(tx, self.line).await?;
        line.tries = self.tries;
        if let Some(reason) = self.note {
            line.state = BankLineState::Open;
            line.note = Some(reason.as_str().to_owned());
            line.dispatched_at = Some(self.now);
        }
        Ok(store::save_line(tx, line).await?)
    }
}

struct Finish<'a> {
    fence: &'a Fence,
    file: &'a bank_file::Model,
    now: Timestamp,
}
impl Work for Finish<'_> {
    type Out = ();
    async fn run(&mut self, tx: &Tx) -> Result<(), Failure> {
        self.fence.check(tx).await?;
        let mut file = store::lock_file(tx, self.file.id).await?;
        let (court, book) = (file.court_id, file.book);
        file.state = FileState::Dispatched;
        file.finished_at = Some(self.now);
        store::save_file(tx, file).await?;
        for row in statement::of_file(tx, self.file.id).await? {
            statement::carry_in(tx, &row).await?;
        }
        statement::reconcile(tx, self.now, court, book).await
    }
}

/// Brings one line to its owner.
#[derive(Serialize)]
struct DispatchLine<'a> {
    line: BankLineId,
    /// The owner has refused it: book it as unidentified.
    unowned: bool,
    #[serde(skip)]
    fence: &'a Fence,
}

/// Where a line ended.
enum Landed {
    Owner(NodeRef),
    Unidentified(NodeRef),
    Person(OpenReason),
}

impl UseCase for DispatchLine<'_> {
    type Done = ();
    const ACT: Act = Act::DispatchBankLines;
    fn key(&self) -> Option<&str> {
        None
    }

    async fn perform(&self, op: &mut Op<'_>) -> Result<(), Failure> {
        self.fence.check(op.tx).await?;
        let mut line = store::lock_line(op.tx, self.line).await?;
        if line.state != BankLineState::Staged {
            return Err(Problem::Conflict.into());
        }
        let attempt = match &line.end_to_end_id {
            Some(id) => payout::store::find_by_end_to_end(op.tx, id).await?,
            None => None,
        };
        let ours = attempt.filter(|attempt| (attempt.court_id, attempt.book) == (line.court_id, line.book));
        let route = decide_route(LineFacts {
            kind: line.kind,
            reversal: line.reversal,
            is_return: line.reason_code.is_some(),
            amount: line.amount,
            ordered: ours.map(|attempt| attempt.amount),
        });
        let landed = match route {
            Route::Money => self.receive(op, &line).await?,
            Route::Return => self.returned(op, &line).await?,
            Route::Settlement => settled(op, &line).await?,
            Route::Result => answered(op, &line).await?,
            Route::Person(reason) => Landed::Person(reason),
        };
        let (state, target, note) = match landed {
            Landed::Owner(target) => (BankLineState::Booked, Some(target), None),
            Landed::Unidentified(target) => (BankLineState::Unidentified, Some(target), None),
            Landed::Person(reason) => (BankLineState::Open, None, Some(reason.as_str().to_owned())),
        };
        if let Some(target) = target
            && !matched(op, &line, target).await?
        {
            // the owner has this money already under another reference: as it is, it is nobody's
            return Err(Refusal::new(RefusalCode::BankFileInvalid).law(&reference::BANK_FILE_FORM).into());
        }
        op.audit_all(vec![results::told(&line)]).await?;
        line.state = state;
        line.target_kind = target.map(|target| target.kind.as_str().to_owned());
        line.target_id = target.map(|target| target.id);
        line.note = note;
        line.dispatched_at = Some(op.now);
        Ok(store::save_line(op.tx, line).await?)
    }
}

/// Is the movement the entry that its owner booked? Results are no movements.
#[boxed]
async fn matched(op: &Op<'_>, line: &bank_line::Model, target: NodeRef) -> Result<bool, Failure> {
    match line.kind {
        LineKind::Credit | LineKind::Debit => statement::match_line(op, line, target).await,
        LineKind::Result | LineKind::Payment => Ok(true),
    }
}

impl DispatchLine<'_> {
    /// A payment of ours that came back; money that comes back a second time is nobody's yet.
    #[boxed]
    async fn returned(&self, op: &mut Op<'_>, line: &bank_line::Model) -> Result<Landed, Failure> {
        if self.unowned {
            return self.receive(op, line).await;
        }
        let id = line.end_to_end_id.clone().unwrap_or_default();
        let text = line.particulars(&op.services.vault)?.text;
        let heard = on_return(op, &id, line.reason_code.clone(), text, line.booked_on).await?;
        Ok(Landed::Owner(heard.attempt.node()))
    }

    /// Money that came: a case account to its case, a deposit account to its registration, the rest unidentified.
    #[boxed]
    async fn receive(&self, op: &mut Op<'_>, line: &bank_line::Model) -> Result<Landed, Failure> {
        let number = line.account_number.as_deref().filter(|_| !self.unowned).unwrap_or_default();
        if line.book == Book::AuctionDeposits {
            let registration = auction::store::bidding::registration_by_account_number(op.tx, number).await?;
            if let Some(registration) = registration.filter(|row| row.court_id == line.court_id) {
                let credit = deposit_credit(op, line)?;
                let id = auction::deposits::receive(op, registration.id, credit).await?;
                return Ok(Landed::Owner(id.node()));
            }
        }
        let case = match line.book {
            Book::CaseFunds => cases::store::case_by_account_number(op.tx, number).await?,
            Book::AuctionDeposits | Book::LitigationFees => None,
        };
        let case = case.filter(|case| case.court_id == line.court_id).map(|case| case.id);
        let new = NewReceipt { court: line.court_id, case, line: bank_credit(op, line).await? };
        let receipt = receive(op, new).await?;
        // cash that was paid in stands on its case whatever account the slip named
        let owned = match case {
            Some(_) => true,
            None => funds::store::find_receipt(op.tx, op.scope(), receipt).await?.is_some_and(|r| r.case_id.is_some()),
        };
        Ok(if owned { Landed::Owner(receipt.node()) } else { Landed::Unidentified(receipt.node()) })
    }
}

fn amount_of(line: &bank_line::Model) -> Result<Money, Failure> {
    line.amount.ok_or_else(|| Failure::internal("a movement without its amount"))
}

/// A credit as funds take it.
#[boxed]
pub(super) async fn bank_credit(op: &Op<'_>, line: &bank_line::Model) -> Result<BankCredit, Failure> {
    let particulars = line.particulars(&op.services.vault)?;
    let own = cases::store::bank_account(op.tx, line.court_id, line.book).await?;
    Ok(BankCredit {
        book: line.book,
        bank_account: own.account_number,
        bank_reference: line.reference.clone(),
        amount: amount_of(line)?,
        booked_on: line.booked_on,
        source: ReceiptSource::Transfer,
        payer: Payer {
            name: particulars.name.unwrap_or_default(),
            account_number: particulars.account.map(Secret::new),
            bank_code: particulars.bank_code,
            bank_name: None,
        },
        remittance: particulars.text,
    })
}

/// A credit as the auction takes it on a registration's account.
fn deposit_credit(op: &Op<'_>, line: &bank_line::Model) -> Result<auction::deposits::Credit, Failure> {
    let particulars = line.particulars(&op.services.vault)?;
    Ok(auction::deposits::Credit {
        bank_reference: line.reference.clone(),
        amount: amount_of(line)?,
        booked_on: line.booked_on,
        payer: auction::payer::Payer {
            name: particulars.name.unwrap_or_default(),
            account_number: particulars.account.unwrap_or_default(),
            bank_code: particulars.bank_code.unwrap_or_default(),
            bank_name: String::new(),
        },
    })
}

/// A payment of ours that left the account. When the bank had said otherwise before, a person looks at both.
#[boxed]
async fn settled(op: &mut Op<'_>, line: &bank_line::Model) -> Result<Landed, Failure> {
    let id = line.end_to_end_id.clone().unwrap_or_default();
    let text = line.particulars(&op.services.vault)?.text;
    let result = BankResult { status: BankStatus::Settled, code: None, text, booked_on: line.booked_on };
    let heard = on_result(op, &id, result).await?;
    if statement::is_free(op, line, heard.attempt.node()).await? {
        Ok(Landed::Owner(heard.attempt.node()))
    } else {
        Ok(Landed::Person(OpenReason::DebitAgainstResult))
    }
}

/// The bank's word on a payment of ours.
#[boxed]
async fn answered(op: &mut Op<'_>, line: &bank_line::Model) -> Result<Landed, Failure> {
    let id = line.end_to_end_id.clone().unwrap_or_default();
    let result = result_of(op, line)?;
    let heard = on_result(op, &id, result).await?;
    Ok(Landed::Owner(heard.attempt.node()))
}

fn result_of(op: &Op<'_>, line: &bank_line::Model) -> Result<BankResult, Failure> {
    Ok(BankResult {
        status: line.status_code.as_deref().map_or(BankStatus::Unknown, BankStatus::from_iso),
        code: line.reason_code.clone(),
        text: line.particulars(&op.services.vault)?.text,
        booked_on: line.booked_on,
    })
}
