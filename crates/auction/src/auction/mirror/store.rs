//! The list of providers with their keys, chosen providers, bundles with their findings, and what adopted ones brought.

use super::{BundleState, MirrorOutcome, ProviderChoice};
use crate::access::Scope;
use crate::cases::ProposalStatus;
use crate::kernel::boxed;
use crate::kernel::bulk::Rows;
use crate::kernel::clock::{LegalDate, Timestamp};
use crate::kernel::db::{Tx, sql};
use crate::kernel::error::{Failure, Problem};
use crate::kernel::identity::name::comparison_key;
use crate::kernel::ids::{AuctionProviderId, CourtId, LotId, MirrorBundleId, ProviderKeyId, RegistrationId};
use crate::kernel::money::Money;
use crate::kernel::query::{Execute, Fetch};
use crate::kernel::secret::{BlindIndex, Place, Sealed, Vault};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use std::collections::HashSet;

/// Whether `day` lies between two days, both included; an open end has no last day.
pub fn holds_on(from: LegalDate, until: Option<LegalDate>, day: LegalDate) -> bool {
    from <= day && until.is_none_or(|until| day <= until)
}

/// Of the proposals found, the newest that was approved: what counts now.
async fn newest_approved<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    proposals: Select<E>,
    (status, id): (E::Column, E::Column),
) -> Result<Option<E::Model>, Problem> {
    let approved = proposals.filter(status.eq(ProposalStatus::Approved));
    Ok(approved.order_by_desc(id).first(conn).await?)
}
/// Whether one of the proposals found waits for its approval.
async fn any_pending<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    proposals: Select<E>,
    status: E::Column,
) -> Result<bool, Problem> {
    Ok(proposals.filter(status.eq(ProposalStatus::Pending)).first(conn).await?.is_some())
}

pub mod auction_provider {
    use super::*;
    pub use crate::kernel::row::{insert, save};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "auction_provider")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AuctionProviderId,
        pub code: String,
        pub name: String,
        pub listed_from: LegalDate,
        pub listed_until: Option<LegalDate>,
        pub document_number: String,
        /// Further names in which its transfers come, as JSON.
        pub payment_names: String,
        pub status: ProposalStatus,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        pub fn payment_names(&self) -> Result<Vec<String>, Problem> {
            Ok(serde_json::from_str(&self.payment_names)?)
        }
    }

    /// What counts of a code now.
    pub async fn in_force(conn: &impl ConnectionTrait, code: &str) -> Result<Option<Model>, Problem> {
        newest_approved(conn, Entity::find().filter(Column::Code.eq(code)), (Column::Status, Column::Id)).await
    }
    pub async fn is_pending(conn: &impl ConnectionTrait, code: &str) -> Result<bool, Problem> {
        any_pending(conn, Entity::find().filter(Column::Code.eq(code)), Column::Status).await
    }
    /// What counts of every code, by code. A list of the Supreme People's Court has about ten.
    pub async fn list(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Model>, Problem> {
        let approved = Entity::find().filter(Column::Status.eq(ProposalStatus::Approved));
        let rows = approved.order_by_asc(Column::Code).order_by_desc(Column::Id).limit(limit).list(conn).await?;
        let mut newest: Vec<Model> = Vec::new();
        for row in rows {
            if newest.last().is_none_or(|last| last.code != row.code) {
                newest.push(row);
            }
        }
        Ok(newest)
    }
    #[boxed]
    pub async fn lock(tx: &Tx, id: AuctionProviderId) -> Result<Model, Failure> {
        let found = Entity::find_by_id(id).lock_exclusive().first(tx).await?;
        found.ok_or_else(|| Failure::not_found("provider"))
    }
}

pub mod provider_key {
    use super::*;
    pub use crate::kernel::row::{insert, save};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "provider_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ProviderKeyId,
        pub provider_code: String,
        pub key_id: String,
        pub public_key: Vec<u8>,
        pub valid_from: LegalDate,
        pub valid_until: Option<LegalDate>,
        pub document_number: String,
        pub status: ProposalStatus,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// What counts of a key id now.
    pub async fn in_force(conn: &impl ConnectionTrait, key_id: &str) -> Result<Option<Model>, Problem> {
        newest_approved(conn, Entity::find().filter(Column::KeyId.eq(key_id)), (Column::Status, Column::Id)).await
    }
    pub async fn is_pending(conn: &impl ConnectionTrait, key_id: &str) -> Result<bool, Problem> {
        any_pending(conn, Entity::find().filter(Column::KeyId.eq(key_id)), Column::Status).await
    }
    /// What counts of each key of a provider, newest first.
    pub async fn of_provider(conn: &impl ConnectionTrait, code: &str, limit: u64) -> Result<Vec<Model>, Problem> {
        let approved = Entity::find().filter(Column::ProviderCode.eq(code));
        let approved = approved.filter(Column::Status.eq(ProposalStatus::Approved));
        let mut newest: Vec<Model> = Vec::new();
        for row in approved.order_by_desc(Column::Id).limit(limit).list(conn).await? {
            if newest.iter().all(|known| known.key_id != row.key_id) {
                newest.push(row);
            }
        }
        Ok(newest)
    }
    #[boxed]
    pub async fn lock(tx: &Tx, id: ProviderKeyId) -> Result<Model, Failure> {
        let found = Entity::find_by_id(id).lock_exclusive().first(tx).await?;
        found.ok_or_else(|| Failure::internal("an approval of no key"))
    }
}

pub mod lot_provider {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "lot_provider")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        pub court_id: CourtId,
        pub provider_code: String,
        pub provider_name: String,
        pub chosen_by: ProviderChoice,
        pub document_number: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(lot).first(conn).await?)
    }
    /// The names in which transfers of a lot's provider come, as [`comparison_key`] has them: those that count now,
    /// and the one under which he was chosen. None: nobody was chosen, the lot is an exercise.
    pub async fn payment_names(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<HashSet<String>>, Problem> {
        let Some(chosen) = of_lot(conn, lot).await? else { return Ok(None) };
        let mut names = vec![chosen.provider_name];
        if let Some(entry) = auction_provider::in_force(conn, &chosen.provider_code).await? {
            names.extend(entry.payment_names()?);
            names.push(entry.name);
        }
        Ok(Some(names.iter().map(|name| comparison_key(name)).collect()))
    }
    /// Puts the choice, in place of an earlier one.
    #[boxed]
    pub async fn put(tx: &Tx, row: Model) -> Result<(), Problem> {
        let changed =
            [Column::ProviderCode, Column::ProviderName, Column::ChosenBy, Column::DocumentNumber, Column::RecordedAt];
        let again = sea_orm::sea_query::OnConflict::column(Column::LotId).update_columns(changed).to_owned();
        Entity::insert(ActiveModel::from(row)).on_conflict(again).execute(tx).await?;
        Ok(())
    }
}

pub mod mirror_bundle {
    use super::*;
    pub use crate::kernel::row::{insert, save};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mirror_bundle")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MirrorBundleId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        pub provider_code: String,
        pub platform_lot: String,
        pub platform_url: String,
        pub issued_at: Timestamp,
        pub sha256: String,
        pub key_id: String,
        pub signature: Vec<u8>,
        pub state: BundleState,
        pub outcome: Option<MirrorOutcome>,
        pub price: Option<Money>,
        pub ended_at: Option<Timestamp>,
        pub confirmation_number: Option<String>,
        pub confirmation_sha256: Option<String>,
        pub imported_by: String,
        pub recorded_at: Timestamp,
        pub adopted_by: Option<String>,
        pub adopted_at: Option<Timestamp>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn find(
        conn: &impl ConnectionTrait,
        scope: &Scope,
        id: MirrorBundleId,
    ) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(id).filter(scope.on_court(Column::CourtId)).first(conn).await?)
    }
    pub async fn by_hash(conn: &impl ConnectionTrait, court: CourtId, sha256: &str) -> Result<Option<Model>, Problem> {
        let same = Entity::find().filter(Column::CourtId.eq(court)).filter(Column::Sha256.eq(sha256));
        Ok(same.first(conn).await?)
    }
    /// All bundles of a lot, newest first.
    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId, limit: u64) -> Result<Vec<Model>, Problem> {
        let rows = Entity::find().filter(Column::LotId.eq(lot)).order_by_desc(Column::Id);
        Ok(rows.limit(limit).list(conn).await?)
    }
    pub async fn adopted(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Model>, Problem> {
        let adopted = Entity::find().filter(Column::LotId.eq(lot)).filter(Column::State.eq(BundleState::Adopted));
        Ok(adopted.first(conn).await?)
    }
    /// Page of the sale on the platform, by the adopted bundle.
    pub async fn address(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<String>, Problem> {
        let text = "SELECT platform_url FROM mirror_bundle WHERE lot_id = $1 AND state = 'ADOPTED'";
        let row = conn.query_one_raw(sql(conn, text, [lot.into()])).await?;
        Ok(row.map(|row| row.try_get("", "platform_url")).transpose()?)
    }
    /// When the newest bundle of a lot was issued.
    pub async fn newest_issue(conn: &impl ConnectionTrait, lot: LotId) -> Result<Option<Timestamp>, Problem> {
        let text = "SELECT issued_at FROM mirror_bundle WHERE lot_id = $1 ORDER BY id DESC LIMIT 1";
        let row = conn.query_one_raw(sql(conn, text, [lot.into()])).await?;
        Ok(row.map(|row| row.try_get("", "issued_at")).transpose()?)
    }
    /// Bundles of a lot that stand so give way to a newer one.
    #[boxed]
    pub async fn supersede(tx: &Tx, lot: LotId, state: BundleState) -> Result<(), Problem> {
        let text = "UPDATE mirror_bundle SET state = $3 WHERE lot_id = $1 AND state = $2";
        let values = [lot.into(), state.as_str().into(), BundleState::Superseded.as_str().into()];
        tx.execute_raw(sql(tx, text, values)).await?;
        Ok(())
    }
    /// Bundles after this one, in the order of their ids.
    pub async fn after(conn: &impl ConnectionTrait, id: MirrorBundleId, limit: u64) -> Result<Vec<Model>, Problem> {
        let rows = Entity::find().filter(Column::Id.gt(id)).order_by_asc(Column::Id);
        Ok(rows.limit(limit).list(conn).await?)
    }
}

pub mod mirror_bundle_content {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mirror_bundle_content")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub bundle_id: MirrorBundleId,
        pub court_id: CourtId,
        pub content_sealed: Sealed,
    }
    impl ActiveModelBehavior for ActiveModel {}

    const fn place(id: MirrorBundleId) -> Place {
        Place::new("mirror_bundle_content", id.uuid(), "content_sealed")
    }
    /// The canonical JSON that was signed.
    pub async fn open(conn: &impl ConnectionTrait, vault: &Vault, id: MirrorBundleId) -> Result<String, Problem> {
        let row = Entity::find_by_id(id).first(conn).await?;
        let row = row.ok_or_else(|| Problem::internal("a bundle without its content"))?;
        Ok(vault.open(place(id), &row.content_sealed)?.expose().clone())
    }
    /// Keeps what was signed, for good.
    #[boxed]
    pub async fn insert(tx: &Tx, vault: &Vault, bundle: &mirror_bundle::Model, content: &str) -> Result<(), Problem> {
        let content_sealed = vault.seal(place(bundle.id), content)?;
        let row = Model { bundle_id: bundle.id, court_id: bundle.court_id, content_sealed };
        Entity::insert(ActiveModel::from(row)).execute(tx).await?;
        Ok(())
    }
}

pub mod mirror_finding {
    use super::*;
    pub use crate::kernel::row::save;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mirror_finding")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub bundle_id: MirrorBundleId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i32,
        pub court_id: CourtId,
        pub path: String,
        /// JSON of `bidding::StoredRefusal`.
        pub refusal: String,
        /// Why the court accepts it.
        pub reason: Option<String>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_bundle(conn: &impl ConnectionTrait, bundle: MirrorBundleId) -> Result<Vec<Model>, Problem> {
        let rows = Entity::find().filter(Column::BundleId.eq(bundle)).order_by_asc(Column::Number);
        Ok(rows.list(conn).await?)
    }
    /// Keeps the reasons of a bundle's findings, by their numbers; answers how many there were.
    #[boxed]
    pub async fn accept(tx: &Tx, bundle: MirrorBundleId, reasons: Vec<(i32, String)>) -> Result<u64, Problem> {
        if reasons.is_empty() {
            return Ok(0);
        }
        let rows = reasons.into_iter().map(|(number, reason)| [bundle.into(), number.into(), reason.into()]);
        let (given, values) = Rows::of(rows).into_values(tx.engine());
        let text = format!(
            "UPDATE mirror_finding SET reason = given.column3 FROM {given} AS given
             WHERE mirror_finding.bundle_id = given.column1 AND mirror_finding.number = given.column2"
        );
        Ok(tx.execute_raw(sql(tx, &text, values)).await?.rows_affected())
    }
}

pub mod mirror_bid {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mirror_bid")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub lot_id: LotId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub court_id: CourtId,
        pub bidder_code: String,
        pub amount: Money,
        pub bid_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}

    /// Bids after `sequence`, in their order.
    pub async fn after(
        conn: &impl ConnectionTrait,
        lot: LotId,
        sequence: i64,
        limit: u64,
    ) -> Result<Vec<Model>, Problem> {
        let rows = Entity::find().filter(Column::LotId.eq(lot)).filter(Column::Sequence.gt(sequence));
        Ok(rows.order_by_asc(Column::Sequence).limit(limit).list(conn).await?)
    }
}

pub mod mirror_registration {
    use super::*;
    pub use crate::kernel::row::{insert, save};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mirror_registration")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub registration_id: RegistrationId,
        pub court_id: CourtId,
        pub lot_id: LotId,
        /// The platform's own number of it.
        pub reference: String,
        /// Keyed hash of the purchaser's identity number.
        pub person_index: Option<BlindIndex>,
    }
    impl ActiveModelBehavior for ActiveModel {}

    pub async fn of_lot(conn: &impl ConnectionTrait, lot: LotId) -> Result<Vec<Model>, Problem> {
        Ok(Entity::find().filter(Column::LotId.eq(lot)).order_by_asc(Column::RegistrationId).list(conn).await?)
    }
    pub async fn find(conn: &impl ConnectionTrait, id: RegistrationId) -> Result<Option<Model>, Problem> {
        Ok(Entity::find_by_id(id).first(conn).await?)
    }
}
