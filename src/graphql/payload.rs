//! What a mutation answers: its result or the refusals, never both.
//!
//! ```ignore
//! payload! {
//!     /// The case that openCase opened (立案结果).
//!     OpenCasePayload of CaseId {
//!         /// The case (案件).
//!         case: Case = Case::load,
//!     }
//! }
//! // resolver: Ok(run(ctx, &input).await?.into())
//! ```
//! `Case::load` is an `async fn(&Context<'_>, &CaseId) -> Result<Option<Case>, Problem>`: it reads what the use case made,
//! in the reader's own scope. The doc comments become the descriptions of the schema.

use super::{context::locale, scalars::Date};
use crate::kernel::{
    message,
    refusal::{Article, Refusal, RefusalCode},
};
use async_graphql::{Context, Object};

/// Declares payload types: `{ result…, userErrors: [UserError!]!, replayed: Boolean! }`.
#[macro_export]
macro_rules! payload {
    ($($(#[$meta:meta])+ $name:ident of $done:ty { $($(#[$field_meta:meta])+ $field:ident: $type:ty = $load:path),* $(,)? })+) => {$(
        pub struct $name($crate::kernel::error::Outcome<$done>);
        impl From<$crate::kernel::error::Outcome<$done>> for $name {
            fn from(outcome: $crate::kernel::error::Outcome<$done>) -> $name { $name(outcome) }
        }
        $(#[$meta])+
        #[async_graphql::Object]
        impl $name {
            $(
                $(#[$field_meta])+
                async fn $field(
                    &self,
                    ctx: &async_graphql::Context<'_>,
                ) -> Result<Option<$type>, $crate::kernel::error::Problem> {
                    match &self.0 {
                        $crate::kernel::error::Outcome::Done { value, .. } => $load(ctx, value).await,
                        $crate::kernel::error::Outcome::Refused(_) => Ok(None),
                    }
                }
            )*
            /// Why the rules refused; empty when it was done (拒绝理由).
            async fn user_errors(&self) -> Vec<$crate::graphql::payload::UserError> {
                match &self.0 {
                    $crate::kernel::error::Outcome::Done { .. } => Vec::new(),
                    $crate::kernel::error::Outcome::Refused(refusal) => vec![refusal.clone().into()],
                }
            }
            /// True when the idempotency key was answered before: this is that answer again (重放).
            async fn replayed(&self) -> bool {
                matches!(&self.0, $crate::kernel::error::Outcome::Done { replayed: true, .. })
            }
        }
    )+};
}

/// A refusal as the reader sees it.
#[derive(Clone, Debug)]
pub struct UserError(Refusal);
impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> UserError {
        UserError(refusal)
    }
}
/// A rule's refusal (规则拒绝). Nothing was changed.
#[Object]
impl UserError {
    /// The rule's code; new codes may be added (代码).
    async fn code(&self) -> RefusalCode {
        self.0.code
    }
    /// What the rule says and the numbers that decided, in the language of Accept-Language (说明).
    async fn message(&self, ctx: &Context<'_>) -> String {
        message::refusal(locale(ctx), &self.0)
    }
    /// Path of the input field that was refused, from the input object down (字段).
    async fn field(&self) -> Option<Vec<&'static str>> {
        self.0.field.map(|path| path.split('.').collect())
    }
    /// The article that the rule enforces (法律依据).
    async fn law(&self) -> Option<LawReference> {
        self.0.law.map(LawReference)
    }
}

/// An article of law as the system cites it.
#[derive(Clone, Copy, Debug)]
pub struct LawReference(pub &'static Article);
impl From<&'static Article> for LawReference {
    fn from(article: &'static Article) -> LawReference {
        LawReference(article)
    }
}
/// An article of law, with the version that the rule follows (法律条文).
#[Object]
impl LawReference {
    /// Short name of the law (法律名称), e.g. 网拍规定.
    async fn law(&self) -> &'static str {
        self.0.law
    }
    /// The article (条), e.g. 第20条.
    async fn article(&self) -> &'static str {
        self.0.article
    }
    /// Document number and revision (文号及版本), e.g. 法释〔2016〕18号.
    async fn version(&self) -> &'static str {
        self.0.version
    }
    /// Day from which this version is in force (施行日期).
    async fn effective_from(&self) -> Date {
        Date(self.0.effective_date())
    }
    /// What the article says, in one sentence of the system's own (要旨).
    async fn text(&self) -> &'static str {
        self.0.text
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{
        graphql::context::RequestMeta,
        kernel::{
            error::{Outcome, Problem},
            message::Locale,
            money::Money,
        },
    };
    use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema};

    static ARTICLE: Article = Article {
        law: "网拍规定",
        article: "第17条",
        version: "法释〔2016〕18号",
        effective_from: (2017, 1, 1),
        text: "保证金数额由法院在起拍价的百分之五至百分之二十范围内确定。",
    };
    async fn double(_: &Context<'_>, amount: &Money) -> Result<Option<Money>, Problem> {
        amount.times(2).map(Some).map_err(Problem::internal)
    }
    payload! {
        /// A doubled amount.
        DoublePayload of Money {
            /// The amount.
            amount: Money = double,
        }
    }
    struct Query;
    #[Object]
    impl Query {
        async fn done(&self) -> DoublePayload {
            Outcome::Done { value: Money::from_fen(123), replayed: true }.into()
        }
        async fn refused(&self) -> DoublePayload {
            let refusal = Refusal::new(RefusalCode::DepositOutOfRange).law(&ARTICLE).field("deposit");
            Outcome::Refused(refusal).into()
        }
    }
    async fn answer(query: &str, locale: Locale) -> serde_json::Value {
        let meta = RequestMeta { request_id: "1".into(), peer: None, locale };
        let response =
            Schema::new(Query, EmptyMutation, EmptySubscription).execute(Request::new(query).data(meta)).await;
        assert!(response.is_ok(), "{:?}", response.errors);
        response.data.into_json().unwrap()
    }

    #[tokio::test]
    async fn a_result_has_no_refusals_and_a_refusal_no_result() {
        let done = answer("{done{amount userErrors{code} replayed}}", Locale::En).await;
        assert_eq!(done["done"], serde_json::json!({ "amount": "2.46", "userErrors": [], "replayed": true }));
        let query = "{refused{amount replayed userErrors{code message field law{law article effectiveFrom}}}}";
        let refused = &answer(query, Locale::ZhCn).await["refused"];
        assert_eq!((&refused["amount"], &refused["replayed"]), (&serde_json::Value::Null, &false.into()));
        let error = &refused["userErrors"][0];
        assert_eq!(error["code"], "DEPOSIT_OUT_OF_RANGE");
        assert_eq!(error["field"], serde_json::json!(["deposit"]));
        assert_eq!(error["law"]["effectiveFrom"], "2017-01-01");
        assert_eq!(error["message"], "保证金须为起拍价的百分之五至百分之二十");
    }
}
