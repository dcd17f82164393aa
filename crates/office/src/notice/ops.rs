//! Sending a dead notice again.

use super::{
    NoticeChannel, NoticeDeliveryState,
    store::{self, delivery},
};
use crate::{
    access::{Act, Op, UseCase},
    kernel::{
        error::Failure,
        ids::NoticeId,
        query::{Execute, Fetch},
        refusal::{Refusal, RefusalCode},
    },
    law::reference,
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, QuerySelect, entity::prelude::*};
use serde::Serialize;

/// Sends a notice again that was given up, or whose person had left no mobile number (重新投递).
#[derive(InputObject, Serialize)]
pub struct ResendNoticeInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The notice (通知).
    pub notice: NoticeId,
    /// By what (渠道).
    pub channel: NoticeChannel,
}
impl UseCase for ResendNoticeInput {
    type Done = NoticeId;
    const ACT: Act = Act::ResendNotice;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<NoticeId, Failure> {
        let notice = store::find(op.tx, op.scope(), self.notice).await?.ok_or_else(|| Failure::not_found("notice"))?;
        let row = delivery::Entity::find_by_id((notice.id, self.channel)).lock_exclusive().first(op.tx).await?;
        let row = row.ok_or_else(|| Failure::not_found("channel"))?;
        if !matches!(row.state, NoticeDeliveryState::Dead | NoticeDeliveryState::NoAddress) {
            let refusal = Refusal::new(RefusalCode::WrongState).field("notice").arg("status", row.state.as_str());
            return Err(refusal.law(&reference::FUNDS_10).into());
        }
        let change = delivery::ActiveModel {
            notice_id: Set(notice.id),
            channel: Set(self.channel),
            state: Set(NoticeDeliveryState::Waiting),
            tries: Set(0),
            next_at: Set(Some(op.now)),
            ..Default::default()
        };
        delivery::Entity::update(change).execute(op.tx).await?;
        let facts = serde_json::json!({ "channel": self.channel, "from": row.state, "tries": row.tries });
        op.audit(notice.id, Some(notice.court_id), notice.case_id, facts).await?;
        Ok(notice.id)
    }
}
