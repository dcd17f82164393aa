//! Who takes part in the unified payout of a bench: the court with its people, and its bank.

use super::payouts_seed::{Seed, account};
use crate::{
    access::{
        Actor, Role, Scope, Services, UseCase,
        actor::{Grant, Identity},
        approval::{self, ApproveInput},
        run,
    },
    app::StartError,
    bank::{
        ops::{ImportBankFileInput, WritePaymentFileInput, import_bank_file},
        raw,
        simulator::Simulator,
    },
    disbursement::{
        Combination,
        ops::{ReleasePayoutRunInput, SavePayoutRuleInput, StartPayoutRunInput, SubmitPayoutRunInput},
        store::programme::{find_rule, runs_of},
        tables::{rule, run as run_table},
    },
    kernel::{
        error::{Outcome, Problem},
        ids::{AccountId, BankFileId, CourtId, NodeRef, PayoutProgrammeId, PayoutRuleId, PayoutRunId},
    },
    ledger::Book,
};

pub type Answer<T> = Result<T, StartError>;

/// Cases of one transaction while setting up.
const SEEDED_AT_ONCE: usize = 500;
/// One line in so many is refused by the bank.
const REFUSED: usize = 100;

/// A court that pays.
pub struct Desk {
    pub services: Services,
    pub court: CourtId,
    /// The number of its account of case funds.
    pub main_account: String,
}

impl Desk {
    fn person(&self, role: Role) -> Actor {
        let identity = Identity::Account { id: AccountId::new(self.services.clock.now()), verified: true };
        Actor { identity, grants: vec![Grant { role, court: Some(self.court) }], session: None }
    }

    /// So many cases with money and a confirmed account, one line of the payout each.
    pub async fn seed(&self, lines: usize) -> Answer<()> {
        for from in (0..lines).step_by(SEEDED_AT_ONCE) {
            let to = from.saturating_add(SEEDED_AT_ONCE).min(lines);
            let seed = Seed { court: self.court, main_account: self.main_account.clone(), from, to };
            done(&self.services, &Actor::system("bench"), &seed).await?;
        }
        Ok(())
    }

    pub async fn rule(&self) -> Answer<rule::Model> {
        let input = SavePayoutRuleInput {
            idempotency_key: "bench-rule".to_owned(),
            court: self.court,
            name: "集中兑现".to_owned(),
            livelihood_kinds: Vec::new(),
            small_only: true,
            maximum: None,
            combination: Combination::All,
            minimum_days: 0,
            ranks: Vec::new(),
            courts: Vec::new(),
            document: "会议纪要".to_owned(),
        };
        let rule = done(&self.services, &self.person(Role::FundAdministrator), &input).await?;
        let row = find_rule(&self.services.db.reader(), &Scope::Everything, rule).await?;
        Ok(row.ok_or_else(|| Problem::internal("no rule"))?)
    }

    pub async fn start(&self, payout_rule: PayoutRuleId) -> Answer<PayoutProgrammeId> {
        let start = StartPayoutRunInput { idempotency_key: "bench-start".to_owned(), payout_rule };
        done(&self.services, &self.person(Role::FundAdministrator), &start).await
    }

    /// The one run of the payout.
    pub async fn run_of(&self, programme: PayoutProgrammeId) -> Answer<run_table::Model> {
        let run = runs_of(&self.services.db.reader(), programme).await?.into_iter().next();
        Ok(run.ok_or_else(|| Problem::internal("no run"))?)
    }

    pub async fn approve(&self, run: PayoutRunId) -> Answer<()> {
        let submit = SubmitPayoutRunInput { idempotency_key: "bench-submit".to_owned(), run };
        done(&self.services, &self.person(Role::FundAdministrator), &submit).await?;
        let subject: NodeRef = run.into();
        let reader = self.services.db.reader();
        while let Some(open) = approval::of_subject(&reader, subject).await? {
            let Some(role) = open.next_role()? else { break };
            let input = ApproveInput {
                idempotency_key: format!("bench-vote-{}", open.step),
                approval: open.id,
                digest: hex::encode(&open.digest),
            };
            done(&self.services, &self.person(role), &input).await?;
        }
        Ok(())
    }

    pub async fn release(&self, run: PayoutRunId) -> Answer<()> {
        let release = ReleasePayoutRunInput { idempotency_key: "bench-release".to_owned(), run };
        done(&self.services, &self.person(Role::Cashier), &release).await.map(|_| ())
    }

    /// Writes files until nothing that is ready waits.
    pub async fn write(&self) -> Answer<Vec<BankFileId>> {
        let (mut files, cashier) = (Vec::new(), self.person(Role::Cashier));
        loop {
            let idempotency_key = format!("bench-file-{}", files.len());
            let input = WritePaymentFileInput { idempotency_key, court: self.court, book: Book::CaseFunds };
            match run(&self.services, &cashier, &input).await? {
                Outcome::Done { value, .. } => files.push(value),
                Outcome::Refused(_) => return Ok(files),
            }
        }
    }

    /// What the bank says to a file.
    pub async fn answer(&self, bank: &Simulator, file: BankFileId) -> Answer<String> {
        let content = raw::whole(&self.services.db.reader(), &self.services.vault, file).await?;
        Ok(bank.answer(&content, self.services.clock.now()).map_err(Problem::internal)?)
    }
    /// Takes a file of the bank in.
    pub async fn import(&self, content: String) -> Answer<()> {
        let input = ImportBankFileInput { idempotency_key: "bench-answer".to_owned(), content };
        let imported = import_bank_file(&self.services, &self.person(Role::FinanceReviewer), input).await?;
        refused(imported).map(|_| ())
    }
}

/// A bank that refuses one line in a hundred.
pub fn bank(lines: usize) -> Simulator {
    let refused = (0..lines).step_by(REFUSED);
    refused.fold(Simulator::new(), |bank, serial| bank.refusing(&account(serial), "AC01"))
}

pub async fn done<U: UseCase>(services: &Services, actor: &Actor, input: &U) -> Answer<U::Done> {
    refused(run(services, actor, input).await?)
}
fn refused<T>(outcome: Outcome<T>) -> Answer<T> {
    match outcome {
        Outcome::Done { value, .. } => Ok(value),
        Outcome::Refused(refusal) => Err(Problem::internal(format!("{refusal:?}")).into()),
    }
}
