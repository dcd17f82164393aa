//! The mutations that a bench sets its figures against. They stand in a schema of the bench's own, which holds the
//! whole graph beside them: the same handler, gate, guard, engine and pool serve both.

use crate::{
    graphql::{
        caller::{actor, services},
        payload::UserError,
        schema,
    },
    kernel::{
        boxed,
        clock::Timestamp,
        db::{Db, Engine, Tx, sql},
        error::{Failure, Problem},
        ids::AttemptId,
        money::Money,
        refusal::{Refusal, RefusalCode},
    },
};
use async_graphql::{Context, InputObject, MergedObject, Object, SimpleObject};
use sea_orm::ConnectionTrait;

/// The product's changes, and the bench's.
#[derive(MergedObject, Default)]
pub struct BenchMutation(schema::Mutation, BaselineMutation);

/// What `placeBid` takes.
#[derive(InputObject)]
pub struct BaselineInput {
    /// As of `placeBid`; nothing is kept under it (幂等键).
    pub idempotency_key: String,
    /// The price offered (出价金额).
    pub amount: Money,
}

/// What came of it (结果).
#[derive(SimpleObject)]
pub struct BaselinePayload {
    /// Never: nothing is kept (是否重复).
    replayed: bool,
    /// Why it was refused (拒绝理由).
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct BaselineMutation;
#[Object]
impl BaselineMutation {
    /// Does nothing for a signed-in caller: the ceiling of handler, gate and engine (空操作).
    async fn no_op(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A bid that nobody keeps (出价).")] input: BaselineInput,
    ) -> Result<BaselinePayload, Problem> {
        actor(ctx)?.account().ok_or(Problem::Unauthenticated)?;
        Ok(BaselinePayload { replayed: input.idempotency_key.is_empty(), user_errors: Vec::new() })
    }

    /// A bid as a hand-written server would take it: one transaction that locks the lot's row, compares, and writes. No
    /// receipt, audit event, idempotency key or outbox (行锁基线).
    async fn row_lock_bid(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bid (出价).")] input: BaselineInput,
    ) -> Result<BaselinePayload, Problem> {
        actor(ctx)?.account().ok_or(Problem::Unauthenticated)?;
        let services = services(ctx)?;
        let (now, amount) = (services.clock.now(), input.amount);
        let placed = services.db.write_with(move |tx| Box::pin(row_lock_bid(tx, now, amount))).await?;
        let refusal = (!placed).then(|| Refusal::new(RefusalCode::BidTooLow).field("amount"));
        Ok(BaselinePayload { replayed: false, user_errors: refusal.into_iter().map(UserError::from).collect() })
    }

    /// A transfer as a hand-written server would post it: one transaction moves two balances and writes one row. No
    /// idempotency, audit event or outbox (复式记账基线).
    async fn plain_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The transfer (转账).")] input: PlainTransferInput,
    ) -> Result<BaselinePayload, Problem> {
        actor(ctx)?.account().ok_or(Problem::Unauthenticated)?;
        let services = services(ctx)?;
        let (now, amount, between) = (services.clock.now(), input.amount, (input.payer, input.payee));
        let moved = services.db.write_with(move |tx| Box::pin(plain_transfer(tx, now, between, amount))).await?;
        let refusal = (!moved).then(|| Refusal::new(RefusalCode::InsufficientBalance).field("amount"));
        let user_errors = refusal.into_iter().map(UserError::from).collect();
        Ok(BaselinePayload { replayed: input.idempotency_key.is_empty(), user_errors })
    }
}

/// What a plain transfer takes.
#[derive(InputObject)]
pub struct PlainTransferInput {
    /// As of the product's mutations; nothing is kept under it (幂等键).
    pub idempotency_key: String,
    /// Account that is debited, 1 to 1,000, below the payee (付款账户).
    pub payer: i64,
    /// Account that is credited (收款账户).
    pub payee: i64,
    /// What moves (金额).
    pub amount: Money,
}

/// The row that every baseline bid fights for.
const LOT: i64 = 1;
const SELECT: &str = "SELECT price FROM bench_lot WHERE id = $1";
const UPDATE: &str = "UPDATE bench_lot SET price = $2, bids = bids + 1 WHERE id = $1";
const INSERT: &str = "INSERT INTO bench_bid (id, lot_id, amount, recorded_at) VALUES ($1, $2, $3, $4)";

#[boxed]
async fn row_lock_bid(tx: &Tx, now: Timestamp, amount: Money) -> Result<bool, Failure> {
    // on SQLite the transaction itself is the lock
    let lock = if tx.engine() == Engine::Postgres { " FOR UPDATE" } else { "" };
    let row = tx.query_one_raw(sql(tx, &format!("{SELECT}{lock}"), [LOT.into()])).await?;
    let row = row.ok_or_else(|| Failure::internal("no row to lock"))?;
    if amount.fen() <= row.try_get::<i64>("", "price")? {
        return Ok(false);
    }
    tx.execute_raw(sql(tx, UPDATE, [LOT.into(), amount.into()])).await?;
    let id = AttemptId::new(now);
    tx.execute_raw(sql(tx, INSERT, [id.into(), LOT.into(), amount.into(), now.into()])).await?;
    Ok(true)
}

/// Accounts of the baseline; every payer has a lower number than every payee, so that no two transfers deadlock.
pub const PAYERS: i64 = 500;
const DEBIT: &str = "UPDATE bench_account SET balance = balance - $2 WHERE id = $1 AND balance >= $2";
const CREDIT: &str = "UPDATE bench_account SET balance = balance + $2 WHERE id = $1";
const TRANSFER: &str = "INSERT INTO bench_transfer (id, payer, payee, amount, recorded_at) VALUES ($1, $2, $3, $4, $5)";

/// Answers whether the payer had enough.
#[boxed]
pub async fn plain_transfer(
    tx: &Tx,
    now: Timestamp,
    (payer, payee): (i64, i64),
    amount: Money,
) -> Result<bool, Failure> {
    if tx.execute_raw(sql(tx, DEBIT, [payer.into(), amount.into()])).await?.rows_affected() == 0 {
        return Ok(false);
    }
    tx.execute_raw(sql(tx, CREDIT, [payee.into(), amount.into()])).await?;
    let values = [AttemptId::new(now).into(), payer.into(), payee.into(), amount.into(), now.into()];
    tx.execute_raw(sql(tx, TRANSFER, values)).await?;
    Ok(true)
}

/// The same statements for pgbench, between any two accounts or from one hot one.
pub fn transfer_script(hot: bool) -> String {
    let payer = if hot { "\\set payer 1\n".to_owned() } else { format!("\\set payer random(1, {PAYERS})\n") };
    let payee = format!("\\set payee random({}, {})\n", PAYERS.saturating_add(1), PAYERS.saturating_mul(2));
    let statements = [
        "BEGIN".to_owned(),
        fill(DEBIT, &[":payer", "1"]),
        fill(CREDIT, &[":payee", "1"]),
        fill(TRANSFER, &["gen_random_uuid()", ":payer", ":payee", "1", "1"]),
        "END".to_owned(),
    ];
    [payer, payee].into_iter().chain(statements.map(|statement| format!("{statement};\n"))).collect()
}

fn fill(text: &str, values: &[&str]) -> String {
    let numbered = (1..).zip(values).map(|(number, value)| (format!("${number}"), value));
    numbered.fold(text.to_owned(), |text, (name, value)| text.replace(&name, value))
}

/// The same statements for pgbench.
pub fn pgbench_script() -> String {
    [
        "BEGIN".to_owned(),
        format!("{} FOR UPDATE", fill(SELECT, &["1"])),
        fill(UPDATE, &["1", "price + 1"]),
        fill(INSERT, &["gen_random_uuid()", "1", "1", "1"]),
        "END".to_owned(),
    ]
    .map(|statement| format!("{statement};\n"))
    .concat()
}

/// Tables of the baseline, which no migration of the product knows.
///
/// # Errors
/// When the database cannot be written.
pub async fn make_tables(db: &Db) -> Result<(), Problem> {
    let made = db.write_with(|tx| {
        Box::pin(async move {
            for text in [
                "CREATE TABLE bench_lot (id BIGINT PRIMARY KEY, price BIGINT NOT NULL, bids BIGINT NOT NULL)",
                "CREATE TABLE bench_bid (id UUID PRIMARY KEY, lot_id BIGINT NOT NULL, amount BIGINT NOT NULL, \
                 recorded_at BIGINT NOT NULL)",
                "INSERT INTO bench_lot (id, price, bids) VALUES (1, 0, 0)",
                "CREATE TABLE bench_account (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL CHECK (balance >= 0))",
                "CREATE TABLE bench_transfer (id UUID PRIMARY KEY, payer BIGINT NOT NULL, payee BIGINT NOT NULL, \
                 amount BIGINT NOT NULL, recorded_at BIGINT NOT NULL)",
            ] {
                tx.execute_unprepared(text).await?;
            }
            for account in 1..=PAYERS.saturating_mul(2) {
                let text = format!("INSERT INTO bench_account (id, balance) VALUES ({account}, 100000000000000)");
                tx.execute_unprepared(&text).await?;
            }
            Ok(())
        })
    });
    made.await.map_err(Problem::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pgbench_runs_the_statements_of_the_baseline() {
        let script = pgbench_script();
        assert!(!script.contains('$'), "{script}");
        assert!(script.contains("SELECT price FROM bench_lot WHERE id = 1 FOR UPDATE;"), "{script}");
        assert_eq!(script.lines().count(), 5);
        for hot in [true, false] {
            let script = transfer_script(hot);
            assert!(!script.contains('$') && script.lines().count() == 7, "{script}");
            assert!(script.contains("balance = balance - 1 WHERE id = :payer AND balance >= 1;"), "{script}");
        }
    }
}
