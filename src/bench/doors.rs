//! The two mutations that a bench sets its figures against. They stand in a schema of the bench's own, which holds the
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

/// The same statements for pgbench.
pub fn pgbench_script() -> String {
    let fill = |text: &str, values: &[&str]| {
        let numbered = (1..).zip(values).map(|(number, value)| (format!("${number}"), value));
        numbered.fold(text.to_owned(), |text, (name, value)| text.replace(&name, value))
    };
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
            ] {
                tx.execute_unprepared(text).await?;
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
    }
}
