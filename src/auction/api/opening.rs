//! What registrations keep sealed until the end: opened for the qualification clerk, each opening published afterwards.

use crate::access::Act;
use crate::auction::SealedPart;
use crate::auction::ops::OpenRegistrationInput;
use crate::auction::store::{lot, opening, registration};
use crate::graphql::caller::{run, scope, services};
use crate::kernel::clock::Timestamp;
use crate::kernel::error::Problem;
use crate::kernel::ids::RegistrationId;
use crate::kernel::query::Fetch;
use crate::kernel::secret::Place;
use crate::payload;
use async_graphql::{Context, Object, SimpleObject};
use sea_orm::EntityTrait;

/// Who stands behind a registration, opened for the clerk (报名人身份).
#[derive(SimpleObject)]
pub struct ApplicantIdentity {
    /// His verified name, or the names of those for whom he bids (姓名或者名称).
    name: String,
}
impl ApplicantIdentity {
    /// For the clerk of the court, whose opening has just been recorded.
    async fn opened(ctx: &Context<'_>, id: &RegistrationId) -> Result<Option<ApplicantIdentity>, Problem> {
        let (courts, services) = (scope(ctx, Act::OpenRegistration)?, services(ctx)?);
        let row = registration::Entity::find_by_id(*id).first(&services.db.reader()).await?;
        let Some(row) = row.filter(|row| courts.allows_court(row.court_id)) else { return Ok(None) };
        let place = Place::new("registration", row.id.uuid(), "name_sealed");
        Ok(Some(ApplicantIdentity { name: services.vault.open(place, &row.name_sealed)?.expose().clone() }))
    }
}

/// An opening of what a registration kept sealed before the end (密封信息查阅记录). Public after the close.
#[derive(SimpleObject)]
pub struct SealOpening {
    /// What was opened (查阅内容).
    part: SealedPart,
    /// Why (查阅理由).
    reason: String,
    /// When (查阅时间).
    opened_at: Timestamp,
}

/// The openings of a lot that has closed.
pub(super) async fn openings(ctx: &Context<'_>, lot: &lot::Model) -> Result<Vec<SealOpening>, Problem> {
    let rows = opening::published(&services(ctx)?.db.reader(), lot).await?;
    let shown = |row: opening::seal_opening::Model| SealOpening {
        part: row.part,
        reason: row.reason,
        opened_at: row.opened_at,
    };
    Ok(rows.into_iter().map(shown).collect())
}

payload! {
    /// The name behind a registration (查阅报名人身份结果).
    OpenRegistrationPayload of RegistrationId {
        /// Who registered (报名人).
        applicant: ApplicantIdentity = ApplicantIdentity::opened,
    }
}

#[derive(Default)]
pub struct OpeningMutation;
#[Object]
impl OpeningMutation {
    /// Opens the name behind a registration, never its code; each opening is on record and published with its reason
    /// after the close (查阅报名人身份). Role: QUALIFICATION_CLERK.
    async fn open_registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Registration and reason (报名及理由).")] input: OpenRegistrationInput,
    ) -> Result<OpenRegistrationPayload, Problem> {
        Ok(run(ctx, &input).await?.into())
    }
}
