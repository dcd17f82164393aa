//! The running application: what is built at the start, in which order, and how it is taken down.
//!
//! Rooms below do not know the rooms above: what a lower room calls upward (approvables, jobs) is registered here.

use crate::{
    access::{
        Services,
        approval::Approvable,
        authentication::Auth,
        grant::GrantApproval,
        services::{CalendarInForce, ServiceSet},
    },
    admin::ops::{self as admin, CalendarNotices, CalendarTerms, CourtParameters},
    auction::{
        attachment::{jobs::Attachments, shelf::Shelf},
        attachment_api,
        bidding::Bidding,
        bundle_api,
        catalogue::feed::Feed,
        follow::jobs::FollowReminders,
        mirror::mode,
        ops::{BalanceReminders, LotTimes, ProviderKeys, Providers, Refunds, Replays, SaleDecisions},
        views::Views,
    },
    audit::sequencer::{LogIdentity, Sequencer},
    bank::{
        dispatch::BankLines, drop_folder::DropFolder, resolution::LineResolutions, template::BankTemplates, upload_api,
    },
    cases::ops::{FeeReliefs, PayeeCorrections},
    config::{Config, ConfigError},
    disbursement::ops::{Deferrals, Orders, PayoutRunReleases, PayoutRuns, PayoutSelections},
    document::{download_api, ops::Typesetting, tables_api},
    exchange::transfer_api,
    funds::ops::{ReceiptClaims, ReceiptDescriptions},
    graphql::{
        gate::TokenGate,
        graphiql,
        http::{self, Transport, TransportSettings},
        observe,
        schema::{self, AppSchema, Queues},
    },
    kernel::{
        arrival::Arrivals,
        clock::Clock,
        db::{self, Db, Engine},
        error::Problem,
        events::{self, Bus, Relay},
        ids::NodeKind,
        jobs::{JobHandler, Ticker},
        keys::{KeyError, KeyRing},
    },
    law::{calendar::Calendar, notice::NoticeError},
    ledger::numbering::EntryNumbers,
    notice::{
        NoticeChannel,
        compose::Composer,
        delivery::Deliveries,
        gateway::{HttpGateway, NoticeGateway},
    },
    oversight::monthly::ops::ReconciliationDecisions,
    paper::Typesetter,
    payout::{
        change::PayableChanges,
        special::{ChargeReimbursements, InterestCredits, InterestDestinations, NotaryReminders, SpecialPayments},
    },
};
use axum::{Router, middleware};
use std::{
    collections::HashMap,
    future::IntoFuture,
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::catch_panic::CatchPanicLayer;

/// Open connections, jobs and the database together get this long to end.
pub const STOP_LIMIT: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("the calendar's data file is damaged: {0}")]
    Calendar(#[from] NoticeError),
    #[error("{0:?}")]
    Problem(Problem),
    #[error("the database has not the form that this version needs: run `duixian migrate` first")]
    NotMigrated,
    #[error(
        "operating_mode is {wanted}, but this database holds lots of {held}: exercises and real sales never share one; \
         give each its own database"
    )]
    Mode { wanted: &'static str, held: &'static str },
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
}
impl From<Problem> for StartError {
    fn from(problem: Problem) -> StartError {
        StartError::Problem(problem)
    }
}

/// What commands work with that do not serve: services on the open database, and the audit log's name and keys.
pub struct Foundation {
    pub services: Services,
    pub log: Arc<LogIdentity>,
}
impl Foundation {
    /// Opens keys and database. An embedded database is migrated; PostgreSQL is by `duixian migrate`.
    ///
    /// # Errors
    /// Whatever keeps it from opening, in words for the operator.
    pub async fn open(config: &Config, clock: Clock) -> Result<Foundation, StartError> {
        let keys = KeyRing::load_or_create(config.keys_dir())?;
        let keys = match &config.provider_keys_dir {
            Some(dir) => keys.with_receipts_of(&KeyRing::load_or_create(dir)?),
            None => keys,
        };
        let db = open_database(config).await?;
        if !config.is_postgres() {
            db.migrate::<migration::Migrator>().await?;
        } else if !db.is_migrated::<migration::Migrator>().await? {
            return Err(StartError::NotMigrated);
        }
        let foundation = Foundation::on(config, clock, db, keys)?;
        let (services, wanted) = (&foundation.services, config.operating_mode);
        if let Some(held) = mode::adopt(&services.db, services.clock.now(), wanted).await? {
            return Err(StartError::Mode { wanted: wanted.as_str(), held: held.as_str() });
        }
        admin::refresh(&foundation.services).await?;
        Ok(foundation)
    }
    /// On an open, migrated database.
    ///
    /// # Errors
    /// When a setting or a data file of the program does not hold.
    pub fn on(config: &Config, clock: Clock, db: Db, keys: KeyRing) -> Result<Foundation, StartError> {
        let services = Services::new(ServiceSet {
            vault: keys.vault()?,
            auth: Auth::try_new(config.access.clone())?,
            calendar: CalendarInForce::new(Calendar::built_in()?),
            bus: Bus::default(),
            paper: Typesetter::new(config.paper.font.clone()),
            approvables: Arc::new(approvables()),
            db,
            clock,
            keys,
        });
        let log = LogIdentity::try_new(&config.name, &services.keys).map_err(Problem::from)?;
        Ok(Foundation { services, log: Arc::new(log) })
    }
}

/// Everything that is built before the first request.
pub struct App {
    pub services: Services,
    pub ticker: Arc<Ticker>,
    /// Hands notices to the gateways: apart from the other jobs, as a gateway may be slow.
    pub deliveries: Arc<Ticker>,
    pub bidding: Bidding,
    /// The bytes of attachments.
    pub shelf: Shelf,
    /// Looks at lots that are not written yet.
    pub views: Views,
    /// Tells viewers what changes in the catalogue.
    feed: Feed,
    transport: Transport<AppSchema>,
    graphiql: bool,
}

impl App {
    /// Builds the application on an open, migrated database.
    ///
    /// # Errors
    /// As [`Foundation::on`].
    pub fn assemble(config: &Config, clock: Clock, db: Db, keys: KeyRing) -> Result<App, StartError> {
        Ok(App::new(config, Foundation::on(config, clock, db, keys)?))
    }
    /// Builds the application and starts its bidding queue; must be called within the runtime.
    pub fn new(config: &Config, foundation: Foundation) -> App {
        let Foundation { services, log } = foundation;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let arrivals = Arc::new(Arrivals::new(services.clock.clone()));
        let bidding = Bidding::start(services.clone(), config.node.clone(), arrivals.clone(), &tasks, stop.clone());
        let handlers = job_handlers(&services, &bidding, log, config);
        let holder = format!("{}:{}", config.node, std::process::id());
        let replays: Arc<dyn JobHandler> = Arc::new(Replays { services: services.clone() });
        let typesetting: Arc<dyn JobHandler> = Arc::new(Typesetting::new(services.clone()));
        let shelf = Shelf::new(config.objects_dir());
        let attachments: Arc<dyn JobHandler> =
            Arc::new(Attachments { services: services.clone(), shelf: shelf.clone() });
        let deliveries = Deliveries { services: services.clone(), gateways: gateways(config, &services.clock) };
        let ticker = |handlers: Vec<Arc<dyn JobHandler>>| {
            Ticker::new(services.db.clone(), services.clock.clone(), holder.clone(), handlers)
        };
        let deliveries = Arc::new(ticker(vec![Arc::new(deliveries)]));
        let ticker = Arc::new(ticker(handlers).beside(vec![replays, typesetting, attachments]));
        let gate = TokenGate::new(services.clone(), config.graphiql());
        let settings = TransportSettings {
            allowed_origins: config.allowed_origins.clone(),
            trusted_proxies: config.trusted_proxies.clone(),
        };
        let views = Views::default();
        let feed = Feed::default();
        let queues = Queues::start(&services, &tasks, &stop);
        let schema = schema::build(services.clone(), bidding.clone(), views.clone(), feed.clone(), queues);
        let transport = Transport::new(schema, Arc::new(gate), services.clock.clone(), settings);
        let transport = Transport { stop, tasks, arrivals, ..transport };
        App { services, ticker, deliveries, bidding, shelf, views, feed, transport, graphiql: config.graphiql() }
    }

    /// All routes, measured and guarded against panics.
    pub fn router(&self) -> Router {
        self.routes(Router::new())
    }
    fn routes(&self, more: Router) -> Router {
        let (db, bidding) = (self.services.db.clone(), self.bidding.clone());
        let ready = move || {
            let (db, bidding) = (db.clone(), bidding.clone());
            async move {
                db.ping().await.map_err(|_| "the database does not answer")?;
                if bidding.clock_is_right() { Ok(()) } else { Err("the clock is off: no bids are taken here") }
            }
        };
        let settings = (*self.transport.settings).clone();
        let mut router = http::router(self.transport.clone())
            .merge(download_api::router(self.services.clone(), &settings))
            .merge(tables_api::router(self.services.clone(), &settings))
            .merge(transfer_api::router(self.services.clone(), &settings))
            .merge(bundle_api::router(self.services.clone(), &settings))
            .merge(attachment_api::router(self.services.clone(), self.shelf.clone(), settings.clone()))
            .merge(upload_api::router(self.services.clone(), settings))
            .merge(observe::router(observe::metrics_handle(), ready))
            .merge(more);
        if self.graphiql {
            router = router.merge(graphiql::router());
        }
        router.layer(CatchPanicLayer::custom(http::panicked)).layer(middleware::from_fn(observe::track))
    }

    /// Serves on `listener` in the background. The jobs run by themselves only when `jobs` says so: the demo and tests
    /// run them after they moved their clock.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start(self, listener: TcpListener, jobs: bool) -> io::Result<Running> {
        self.start_beside(listener, jobs, Router::new())
    }
    /// [`App::start`] with routes of the caller's own.
    ///
    /// # Errors
    /// As [`App::start`].
    pub fn start_beside(self, listener: TcpListener, jobs: bool, more: Router) -> io::Result<Running> {
        let address = listener.local_addr()?;
        let (stop, tasks) = (self.transport.stop.clone(), self.transport.tasks.clone());
        let router = self.routes(more).into_make_service_with_connect_info::<SocketAddr>();
        let server = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        let server = tokio::spawn(server.into_future());
        tasks.spawn(observe::keep_up(observe::metrics_handle(), stop.clone()));
        if self.services.db.engine() == Engine::Postgres {
            tasks.spawn(events::hear(self.services.db.clone(), self.services.bus.clone(), stop.clone()));
        }
        tasks.spawn(sweep_rates(self.services.clone(), stop.clone()));
        let (feed, services, until) = (self.feed, self.services.clone(), stop.clone());
        tasks.spawn(async move { feed.run(&services, until).await });
        tasks.spawn(admin::keep_current(self.services.clone(), stop.clone()));
        let running = Running {
            address,
            services: self.services,
            ticker: self.ticker,
            deliveries: self.deliveries,
            bidding: self.bidding,
            shelf: self.shelf,
            views: self.views,
            server,
            stop,
            tasks,
            jobs: OnceLock::new(),
        };
        if jobs {
            running.start_jobs();
        }
        Ok(running)
    }
}

/// Opens the database and makes the folder of an embedded one.
///
/// # Errors
/// When it does not open.
pub async fn open_database(config: &Config) -> Result<Db, StartError> {
    if !config.is_postgres() {
        std::fs::create_dir_all(&config.data_dir).map_err(Problem::internal)?;
    }
    Ok(Db::connect(&config.database_url()).await?)
}

/// What may be approved, by the kind of its subject.
fn approvables() -> HashMap<NodeKind, Arc<dyn Approvable>> {
    let known: Vec<(NodeKind, Arc<dyn Approvable>)> = vec![
        (NodeKind::Grant, Arc::new(GrantApproval)),
        (NodeKind::Parameter, Arc::new(CourtParameters)),
        (NodeKind::CalendarNotice, Arc::new(CalendarNotices)),
        (NodeKind::PayeeCorrection, Arc::new(PayeeCorrections)),
        (NodeKind::FeeRelief, Arc::new(FeeReliefs)),
        (NodeKind::ReconciliationItem, Arc::new(ReconciliationDecisions)),
        (NodeKind::ReceiptClaim, Arc::new(ReceiptClaims)),
        (NodeKind::DisbursementOrder, Arc::new(Orders)),
        (NodeKind::PayoutRun, Arc::new(PayoutRuns)),
        (NodeKind::Deferral, Arc::new(Deferrals)),
        (NodeKind::SpecialPayment, Arc::new(SpecialPayments)),
        (NodeKind::InterestDestination, Arc::new(InterestDestinations)),
        (NodeKind::InterestCredit, Arc::new(InterestCredits)),
        (NodeKind::ChargeReimbursement, Arc::new(ChargeReimbursements)),
        (NodeKind::SaleDecision, Arc::new(SaleDecisions)),
        (NodeKind::PayableChange, Arc::new(PayableChanges)),
        (NodeKind::ReceiptDescription, Arc::new(ReceiptDescriptions)),
        (NodeKind::LineResolution, Arc::new(LineResolutions)),
        (NodeKind::BankTemplate, Arc::new(BankTemplates)),
        (NodeKind::AuctionProvider, Arc::new(Providers)),
        (NodeKind::ProviderKey, Arc::new(ProviderKeys)),
    ];
    known.into_iter().collect()
}

/// Work that time brings, in the order in which one tick runs it.
fn job_handlers(
    services: &Services,
    bidding: &Bidding,
    log: Arc<LogIdentity>,
    config: &Config,
) -> Vec<Arc<dyn JobHandler>> {
    let (services, bidding) = (services.clone(), bidding.clone());
    let (db, clock) = (services.db.clone(), services.clock.clone());
    let channels = gateways(config, &clock).iter().map(|gateway| gateway.channel()).collect();
    let folder = config.bank.drop_folder.clone();
    let folder = folder.map(|root| Arc::new(DropFolder::new(services.clone(), root)) as Arc<dyn JobHandler>);
    let handlers: Vec<Arc<dyn JobHandler>> = vec![
        Arc::new(LotTimes { services: services.clone(), bidding }),
        Arc::new(BankLines { services: services.clone() }),
        Arc::new(Refunds { services: services.clone() }),
        Arc::new(BalanceReminders { services: services.clone() }),
        Arc::new(NotaryReminders { services: services.clone() }),
        Arc::new(FollowReminders { services: services.clone() }),
        Arc::new(PayoutSelections { services: services.clone() }),
        Arc::new(PayoutRunReleases { services: services.clone() }),
        Arc::new(Composer { services: services.clone(), channels }),
        Arc::new(CalendarTerms { services }),
        Arc::new(EntryNumbers { db: db.clone() }),
        Arc::new(Sequencer::new(db.clone(), clock, log)),
        Arc::new(Relay { db }),
    ];
    folder.into_iter().chain(handlers).collect()
}

/// The gateways that are set up.
fn gateways(config: &Config, clock: &Clock) -> Vec<Arc<dyn NoticeGateway>> {
    let settings = [(NoticeChannel::Sms, &config.notice.sms), (NoticeChannel::Webhook, &config.notice.webhook)];
    let open = |(channel, settings): (NoticeChannel, &Option<_>)| {
        let settings = settings.clone()?;
        Some(Arc::new(HttpGateway::new(channel, settings, clock.clone())) as Arc<dyn NoticeGateway>)
    };
    settings.into_iter().filter_map(open).collect()
}

/// Forgets the rates of clients that have gone.
async fn sweep_rates(services: Services, stop: CancellationToken) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = minute.tick() => services.auth.limits().sweep(),
        }
    }
}

/// A serving application.
pub struct Running {
    pub address: SocketAddr,
    pub services: Services,
    pub ticker: Arc<Ticker>,
    /// Hands notices to the gateways.
    pub deliveries: Arc<Ticker>,
    pub bidding: Bidding,
    /// The bytes of attachments.
    pub shelf: Shelf,
    /// Looks at lots that are not written yet.
    pub views: Views,
    server: JoinHandle<io::Result<()>>,
    stop: CancellationToken,
    tasks: TaskTracker,
    jobs: OnceLock<()>,
}
impl Running {
    pub fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }
    /// Lets the jobs run every second from here on, and says as often that bids are taken here; once.
    pub fn start_jobs(&self) {
        self.jobs.get_or_init(|| {
            let (ticker, bidding, stop) = (self.ticker.clone(), self.bidding.clone(), self.stop.clone());
            let (services, stopped) = (self.services.clone(), stop.clone());
            let (deliveries, ended) = (self.deliveries.clone(), stop.clone());
            let (views, counting, until) = (self.views.clone(), self.services.clone(), stop.clone());
            self.tasks.spawn(db::keep_log_short(self.services.db.clone(), stop.clone()));
            self.tasks.spawn(async move { views.keep(&counting, until).await });
            self.tasks.spawn(async move { deliveries.run(ended).await });
            self.tasks.spawn(async move {
                // an outage that has just ended is on record before the first lot is closed
                if let Err(problem) = bidding.sign_of_life(&services).await {
                    tracing::error!(?problem, "no sign that bids are taken could be given");
                }
                tokio::join!(bidding.keep_alive(&services, stopped), ticker.run(stop));
            });
        });
    }
    /// Takes no more requests, closes sockets with 1001 and streams, lets what runs come to its end, closes the database.
    /// Answers within [`STOP_LIMIT`] and says whether everything ended by itself.
    pub async fn stop(self) -> bool {
        self.stop.cancel();
        self.tasks.close();
        let server = self.server.abort_handle();
        let ended = timeout(STOP_LIMIT, async {
            let _ = self.server.await;
            self.tasks.wait().await;
            self.bidding.leave(&self.services).await?;
            self.services.db.close().await
        })
        .await;
        server.abort();
        match ended {
            Ok(Ok(())) => true,
            Ok(Err(problem)) => {
                tracing::error!(?problem, "the database did not close");
                false
            }
            Err(_) => {
                tracing::warn!("open connections were dropped");
                false
            }
        }
    }
}
