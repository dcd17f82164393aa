//! Sales that run on a listed platform (镜像): who runs a sale, the platform's signed statement about it, and where that
//! departs from the rules.
//!
//! `json` reads a hostile text strictly, `form` makes a `bundle` of it, `findings` recomputes what the rules can,
//! `changes` holds a later bundle against the one before, `mode` is the right under which the installation sells. The
//! form is described for providers in `docs/mirror.md`; change both together, and raise [`FORMAT`] when a writer would
//! err.
//! No personal data leaves here unsealed.

mod agree;
pub mod bundle;
pub mod changes;
pub mod findings;
pub mod form;
pub mod json;
pub mod mode;
mod reader;
pub mod store;

use crate::kernel::stored_enum;

/// Name and version of the form.
pub const FORMAT: &str = "duixian-mirror/1";

stored_enum! {
    /// Who chose the platform of a sale (平台选择人), 网拍规定 第5条.
    ProviderChoice {
        /// The applicant for enforcement (申请执行人选择).
        Applicant = "APPLICANT",
        /// The court: the applicant did not choose, or several disagree (人民法院指定).
        Court = "COURT",
    }
}

stored_enum! {
    /// Where a bundle stands (镜像数据包状态).
    BundleState {
        /// Taken in; nothing follows from it yet (已导入).
        Imported = "IMPORTED",
        /// The court stands on it: the lot is what it says (已采认).
        Adopted = "ADOPTED",
        /// A later bundle of the same lot took its place (已被替代).
        Superseded = "SUPERSEDED",
    }
}

stored_enum! {
    /// How a sale ended on the platform (平台拍卖结果).
    MirrorOutcome {
        /// Somebody bought (成交).
        Sold = "SOLD",
        /// Nobody bid (流拍).
        Unsold = "UNSOLD",
        /// Taken back before its end (撤回).
        Withdrawn = "WITHDRAWN",
    }
}

/// The text that a provider signs: the form, a line feed, the canonical JSON (RFC 8785) of the member `bundle`.
pub fn signed_bytes(canonical: &[u8]) -> Vec<u8> {
    let mut text = format!("{FORMAT}\n").into_bytes();
    text.extend_from_slice(canonical);
    text
}
