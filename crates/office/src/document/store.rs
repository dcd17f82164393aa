//! Documents, their words and their files; finders with the viewer's scope.

use super::DocumentKind;
use crate::kernel::boxed;
use crate::kernel::query::{Execute, Fetch};
use crate::{
    access::Scope,
    cases::store::parties_of_account,
    kernel::{
        clock::{LegalDate, Timestamp},
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::{AccountId, CaseId, CourtId, DocumentId, NodeKind, NodeRef, PartyId},
        paging::{Page, Paged},
        secret::{Place, Sealed, Vault},
    },
    paper::Paper,
};
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*};

/// Bytes sealed together.
const PIECE: usize = 256 * 1024;

pub mod document {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DocumentId,
        pub court_id: CourtId,
        pub case_id: Option<CaseId>,
        pub kind: DocumentKind,
        pub year: i32,
        pub serial: i64,
        pub number: String,
        pub subject_kind: String,
        pub subject_id: Uuid,
        pub dated: LegalDate,
        pub paper_sealed: Sealed,
        pub content_sha256: Vec<u8>,
        pub author: String,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
    impl Model {
        /// What it was made from.
        pub fn subject(&self) -> Option<NodeRef> {
            Some(NodeRef { kind: NodeKind::parse(&self.subject_kind)?, id: self.subject_id })
        }
        /// Every word on it.
        ///
        /// # Errors
        /// When it cannot be opened.
        pub fn paper(&self, vault: &Vault) -> Result<Paper, Problem> {
            let text = vault.open(paper_place(self.id), &self.paper_sealed).map_err(Problem::internal)?;
            Ok(serde_json::from_str(text.expose())?)
        }
    }
    pub const fn paper_place(id: DocumentId) -> Place {
        Place::new("document", id.uuid(), "paper_sealed")
    }
}

pub mod document_file {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_file")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: DocumentId,
        pub court_id: CourtId,
        pub sha256: Vec<u8>,
        pub byte_count: i64,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

pub mod document_chunk {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_chunk")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: DocumentId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i32,
        pub content_sealed: Sealed,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// For whom a proof of payment was made.
pub mod document_payee {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "document_payee")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub document_id: DocumentId,
        pub court_id: CourtId,
        pub party_id: PartyId,
        pub recorded_at: Timestamp,
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The place of a piece is part of what it is sealed with: pieces cannot be exchanged unseen.
fn place(document: DocumentId, sequence: i32) -> Place {
    let turned = document.uuid().as_u128() ^ u128::from(sequence.unsigned_abs());
    Place::new("document_chunk", Uuid::from_u128(turned), "content_sealed")
}

/// Documents of the viewer's courts, and the proofs of payments to himself.
fn visible(scope: &Scope) -> Condition {
    let made_for = |account: &AccountId| {
        let his = document_payee::Entity::find()
            .select_only()
            .column(document_payee::Column::DocumentId)
            .filter(document_payee::Column::PartyId.in_subquery(parties_of_account(*account)));
        document::Column::Id.in_subquery(his.into_query())
    };
    match scope {
        Scope::Everything => Condition::all(),
        Scope::Some { courts, own } => Condition::any()
            .add(document::Column::CourtId.is_in(courts.iter().copied()))
            .add_option(own.as_ref().map(made_for)),
    }
}

pub async fn find(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    id: DocumentId,
) -> Result<Option<document::Model>, Problem> {
    Ok(document::Entity::find_by_id(id).filter(visible(scope)).first(conn).await?)
}

/// The newest document of a kind about `subject`.
pub async fn latest(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    court: CourtId,
    kind: DocumentKind,
    subject: NodeRef,
) -> Result<Option<document::Model>, Problem> {
    let about = document::Entity::find()
        .filter(document::Column::CourtId.eq(court))
        .filter(document::Column::Kind.eq(kind))
        .filter(document::Column::SubjectId.eq(subject.id))
        .filter(visible(scope));
    Ok(about.order_by_desc(document::Column::Id).first(conn).await?)
}

/// The party for whom a proof of payment was made.
pub async fn payee(conn: &impl ConnectionTrait, id: DocumentId) -> Result<Option<PartyId>, Problem> {
    Ok(document_payee::Entity::find_by_id(id).first(conn).await?.map(|row| row.party_id))
}

/// Which documents a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub court: Option<CourtId>,
    pub case: Option<CaseId>,
    pub kind: Option<DocumentKind>,
}
pub async fn list(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    wanted: Wanted,
    page: Page,
) -> Result<Paged<document::Model>, Problem> {
    let mut select = document::Entity::find().filter(visible(scope));
    if let Some(court) = wanted.court {
        select = select.filter(document::Column::CourtId.eq(court));
    }
    if let Some(case) = wanted.case {
        select = select.filter(document::Column::CaseId.eq(case));
    }
    if let Some(kind) = wanted.kind {
        select = select.filter(document::Column::Kind.eq(kind));
    }
    page.fetch(conn, select, document::Column::Id).await
}

/// The document of this kind and subject with these very words.
#[boxed]
pub async fn same(
    tx: &Tx,
    court: CourtId,
    kind: DocumentKind,
    subject: NodeRef,
    content: &[u8],
) -> Result<Option<document::Model>, Problem> {
    Ok(document::Entity::find()
        .filter(document::Column::CourtId.eq(court))
        .filter(document::Column::Kind.eq(kind))
        .filter(document::Column::SubjectId.eq(subject.id))
        .filter(document::Column::ContentSha256.eq(content.to_vec()))
        .first(tx)
        .await?)
}

/// A row that another connection wrote first: asked again, the answer is that row.
fn taken(error: DbErr) -> Problem {
    let problem = Problem::from(error);
    if problem.is_unique_violation() { Problem::Conflict } else { problem }
}

/// Keeps a document, and for which party it was made, if for one.
#[boxed]
pub async fn insert(tx: &Tx, row: document::Model, payee: Option<PartyId>) -> Result<(), Problem> {
    let proof = payee.map(|party_id| document_payee::Model {
        document_id: row.id,
        court_id: row.court_id,
        party_id,
        recorded_at: row.recorded_at,
    });
    document::Entity::insert(row.into_active_model()).execute(tx).await.map_err(taken)?;
    if let Some(proof) = proof {
        document_payee::Entity::insert(proof.into_active_model()).execute(tx).await?;
    }
    Ok(())
}

pub async fn file(conn: &impl ConnectionTrait, id: DocumentId) -> Result<Option<document_file::Model>, Problem> {
    Ok(document_file::Entity::find_by_id(id).first(conn).await?)
}

/// Documents without a file behind `after`, oldest first.
pub async fn without_file(
    conn: &impl ConnectionTrait,
    after: DocumentId,
    limit: i64,
) -> Result<Vec<DocumentId>, Problem> {
    let text = "SELECT d.id AS id FROM document d WHERE d.id > $1
                AND NOT EXISTS (SELECT 1 FROM document_file f WHERE f.document_id = d.id) ORDER BY d.id LIMIT $2";
    let rows = conn.query_all_raw(sql(conn, text, [after.into(), limit.into()])).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "id")?)).collect()
}

/// Keeps the file of a document. The caller has seen that there is none.
#[boxed]
pub async fn keep_file(tx: &Tx, vault: &Vault, row: document_file::Model, bytes: &[u8]) -> Result<(), Failure> {
    let id = row.document_id;
    document_file::Entity::insert(row.into_active_model()).execute(tx).await.map_err(taken)?;
    for (sequence, piece) in (0..).zip(bytes.chunks(PIECE)) {
        let sealed = vault.seal_bytes(place(id, sequence), piece).map_err(Problem::internal)?;
        let row = document_chunk::Model { document_id: id, sequence, content_sealed: sealed };
        document_chunk::Entity::insert(row.into_active_model()).execute(tx).await?;
    }
    Ok(())
}

/// The bytes of the file; documents are small.
pub async fn bytes(conn: &impl ConnectionTrait, vault: &Vault, id: DocumentId) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    for sequence in 0.. {
        let Some(row) = document_chunk::Entity::find_by_id((id, sequence)).first(conn).await? else { break };
        content
            .extend_from_slice(&vault.open_bytes(place(id, sequence), &row.content_sealed).map_err(Problem::internal)?);
    }
    Ok(content)
}
