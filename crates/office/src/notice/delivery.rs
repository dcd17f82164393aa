//! The job that hands notices to the gateways. What is sent lies outside of every transaction; its outcome is recorded
//! afterwards. A crash in between sends the same notice again with the same id.

use super::{
    NoticeChannel,
    compose::mobile,
    gateway::{NoticeGateway, Outgoing},
    rules::{Try, after_try, text},
    store::{self, delivery, notice},
};
use crate::{
    access::{Scope, Services},
    kernel::{
        clock::Timestamp,
        db::{Tx, Work},
        error::{Failure, Problem},
        jobs::{Fence, JobHandler},
        query::Execute,
    },
};
use futures_util::future::{BoxFuture, join_all};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use std::sync::Arc;

/// Notices that are under way at the same time.
const AT_ONCE: u64 = 16;

/// The job; it runs on a ticker of its own.
pub struct Deliveries {
    pub services: Services,
    pub gateways: Vec<Arc<dyn NoticeGateway>>,
}

#[async_trait::async_trait]
impl JobHandler for Deliveries {
    fn name(&self) -> &'static str {
        "notice-delivery"
    }
    async fn tick(&self, fence: &Fence) -> Result<u64, Problem> {
        let due = store::due(&self.services.db.reader(), self.services.clock.now(), AT_ONCE).await?;
        let mut sending: Vec<BoxFuture<'_, Result<Try, Problem>>> = Vec::new();
        for delivery in &due {
            sending.push(Box::pin(self.hand_over(delivery)));
        }
        let outcomes = join_all(sending).await;
        let mut tried = 0_u64;
        for (delivery, outcome) in due.into_iter().zip(outcomes) {
            // a fault with one notice must not lose what became of the others: they would be sent again
            let outcome = outcome.unwrap_or_else(|problem| {
                tracing::error!(notice = %delivery.notice_id.to_global(), ?problem, "a notice could not be handed over");
                Try::Later("internal".to_owned())
            });
            let mut record = Record { fence, delivery, outcome, now: self.services.clock.now() };
            self.services.db.write(&mut record).await?;
            tried = tried.saturating_add(1);
        }
        Ok(tried)
    }
}

impl Deliveries {
    async fn hand_over(&self, delivery: &delivery::Model) -> Result<Try, Problem> {
        let gateway = self.gateways.iter().find(|gateway| gateway.channel() == delivery.channel);
        let Some(gateway) = gateway else { return Ok(Try::Later("no such gateway is set up".to_owned())) };
        let row = store::find(&self.services.db.reader(), &Scope::Everything, delivery.notice_id).await?;
        let row: notice::Model = row.ok_or_else(|| Problem::internal("a delivery of no notice"))?;
        let mobile = match delivery.channel {
            NoticeChannel::Sms => mobile(&self.services, &row).await?,
            NoticeChannel::Webhook => None,
        };
        if delivery.channel == NoticeChannel::Sms && mobile.is_none() {
            return Ok(Try::Never("no mobile number any more".to_owned()));
        }
        let facts = row.read_facts()?;
        let outgoing = Outgoing {
            id: row.id.to_global(),
            kind: row.kind.as_str(),
            language: gateway.locale().as_str(),
            text: text(gateway.locale(), row.kind, &facts),
            court: facts.court,
            case_number: facts.case_number,
            mobile,
        };
        Ok(gateway.send(&outgoing).await)
    }
}

/// Writes down what a try came to.
struct Record<'a> {
    fence: &'a Fence,
    delivery: delivery::Model,
    outcome: Try,
    now: Timestamp,
}
impl Work for Record<'_> {
    type Out = ();
    async fn run(&mut self, tx: &Tx) -> Result<(), Failure> {
        self.fence.check(tx).await?;
        let tries = self.delivery.tries.saturating_add(1);
        let (state, next_at) = after_try(&self.outcome, tries, self.now);
        let (last_error, delivered_at) = match &self.outcome {
            Try::Delivered => (None, Some(self.now)),
            Try::Later(reason) | Try::Never(reason) => (Some(reason.clone()), None),
        };
        let change = delivery::ActiveModel {
            notice_id: Set(self.delivery.notice_id),
            channel: Set(self.delivery.channel),
            state: Set(state),
            tries: Set(tries),
            next_at: Set(next_at),
            last_error: Set(last_error),
            delivered_at: Set(delivered_at),
        };
        delivery::Entity::update(change).execute(tx).await?;
        Ok(())
    }
}
