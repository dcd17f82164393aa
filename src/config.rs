//! Settings: `duixian.toml`, then the environment (`DUIXIAN_…`, `DATABASE_URL`), checked before anything starts.
//!
//! Every setting has a default that is safe on one machine. What would be weak is refused and not warned of, and a name
//! that is not known is an error: a misspelt setting must not quietly leave the default in force.

use crate::{
    access::authentication::AccessSettings,
    auction::OperatingMode,
    notice::gateway::{GatewaySettings, NoticeSettings},
};
use serde::Deserialize;
use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

/// Read from the working directory when no other file is named.
pub const DEFAULT_FILE: &str = "duixian.toml";
const PREFIX: &str = "DUIXIAN_";

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    #[error("{0}: {1}")]
    Syntax(PathBuf, toml::de::Error),
    #[error("the environment variable {0} is no setting of this program")]
    Unknown(String),
    #[error("{0} is not of the expected form: {1}")]
    Form(String, String),
    #[error("refused: {0}")]
    Weak(String),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Address and port. The default is reachable from this machine alone.
    pub listen: SocketAddr,
    /// Embedded database and keys.
    pub data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`; without it an embedded database in `data_dir`.
    pub database_url: Option<String>,
    /// Folder of `keys.json`; without it `data_dir`. Required when several nodes work together.
    pub keys_dir: Option<PathBuf>,
    /// Folder of the provider's own `keys.json`, of which the receipt key alone is used: it signs bid receipts and replay
    /// files. Required by `LISTED_PROVIDER`, kept by the provider's operator and not by the court.
    pub provider_keys_dir: Option<PathBuf>,
    /// Name of this installation, for good: the origin of its audit log.
    pub name: String,
    /// Under which right lots are sold here: `PRACTICE` (every lot is an exercise), `LISTED_PROVIDER` or `MIRROR`.
    pub operating_mode: OperatingMode,
    /// Name of this process among the nodes.
    pub node: String,
    /// How many processes share the database.
    pub nodes: u32,
    /// Serve the GraphiQL page. Default: only on a loopback address.
    pub graphiql: Option<bool>,
    /// Browser origins that may call, e.g. `https://paimai.example.cn`.
    pub allowed_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Logs as plain text and not as JSON.
    pub plain_logs: bool,
    /// Tokens, their outside issuers, and rates.
    pub access: AccessSettings,
    /// How files go to and come from the bank.
    pub bank: BankSettings,
    /// Gateways for notices to people.
    pub notice: NoticeSettings,
    /// How documents are printed.
    pub paper: PaperSettings,
    /// Where photos and papers of lots are kept.
    pub attachments: AttachmentSettings,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttachmentSettings {
    /// Folder of the bytes, without one `objects` in the data directory. Several nodes need one that they share.
    pub folder: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BankSettings {
    /// Folder shared with the bank's host-to-host link (`in`, `out`, `done`, `failed` below it); without one files are
    /// exchanged through the API alone.
    pub drop_folder: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaperSettings {
    /// Font file with Chinese characters; without one the machine's fonts are searched.
    pub font: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data_dir: PathBuf::from("data"),
            database_url: None,
            keys_dir: None,
            provider_keys_dir: None,
            name: "duixian.localhost".to_owned(),
            operating_mode: OperatingMode::Practice,
            node: "node-1".to_owned(),
            nodes: 1,
            graphiql: None,
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            plain_logs: false,
            access: AccessSettings::default(),
            bank: BankSettings::default(),
            notice: NoticeSettings::default(),
            paper: PaperSettings::default(),
            attachments: AttachmentSettings::default(),
        }
    }
}

impl Config {
    /// Reads the file (a missing [`DEFAULT_FILE`] is fine, a missing named one is not) and the environment.
    ///
    /// # Errors
    /// What cannot be read, is not known, or is weak.
    pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && file.is_none() => String::new(),
            Err(error) => return Err(ConfigError::File(path.to_owned(), error)),
        };
        Config::from_parts(path, &text, std::env::vars())
    }

    fn from_parts(
        path: &Path,
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let mut config: Config = toml::from_str(text).map_err(|e| ConfigError::Syntax(path.to_owned(), e))?;
        for (name, value) in environment {
            match name.strip_prefix(PREFIX) {
                Some(setting) => config.set(&name, setting, &value)?,
                None if name == "DATABASE_URL" => config.database_url = Some(value),
                None => {}
            }
        }
        config.check()?;
        Ok(config)
    }

    fn set(&mut self, name: &str, setting: &str, value: &str) -> Result<(), ConfigError> {
        fn parse<T: std::str::FromStr<Err: ToString>>(name: &str, value: &str) -> Result<T, ConfigError> {
            value.trim().parse().map_err(|e: T::Err| ConfigError::Form(name.to_owned(), e.to_string()))
        }
        let items = || value.split(',').map(str::trim).filter(|item| !item.is_empty());
        match setting {
            "LISTEN" => self.listen = parse(name, value)?,
            "DATA_DIR" => self.data_dir = PathBuf::from(value),
            "DATABASE_URL" => self.database_url = Some(value.to_owned()),
            "KEYS_DIR" => self.keys_dir = Some(PathBuf::from(value)),
            "PROVIDER_KEYS_DIR" => self.provider_keys_dir = Some(PathBuf::from(value)),
            "NAME" => value.trim().clone_into(&mut self.name),
            "OPERATING_MODE" => self.operating_mode = parse(name, value)?,
            "NODE" => value.trim().clone_into(&mut self.node),
            "NODES" => self.nodes = parse(name, value)?,
            "GRAPHIQL" => self.graphiql = Some(parse(name, value)?),
            "ALLOWED_ORIGINS" => self.allowed_origins = items().map(str::to_owned).collect(),
            "TRUSTED_PROXIES" => self.trusted_proxies = items().map(|ip| parse(name, ip)).collect::<Result<_, _>>()?,
            "BANK_DROP_FOLDER" => self.bank.drop_folder = Some(PathBuf::from(value)),
            "NOTICE_SMS_URL" => value.trim().clone_into(&mut begun(&mut self.notice.sms).url),
            "NOTICE_SMS_SECRET_FILE" => begun(&mut self.notice.sms).secret_file = PathBuf::from(value),
            "NOTICE_SMS_ENGLISH" => begun(&mut self.notice.sms).english = parse(name, value)?,
            "NOTICE_WEBHOOK_URL" => value.trim().clone_into(&mut begun(&mut self.notice.webhook).url),
            "NOTICE_WEBHOOK_SECRET_FILE" => begun(&mut self.notice.webhook).secret_file = PathBuf::from(value),
            "NOTICE_WEBHOOK_ENGLISH" => begun(&mut self.notice.webhook).english = parse(name, value)?,
            "ATTACHMENTS_FOLDER" => self.attachments.folder = Some(PathBuf::from(value)),
            "PAPER_FONT" => self.paper.font = Some(PathBuf::from(value)),
            "PLAIN_LOGS" => self.plain_logs = parse(name, value)?,
            "CONFIG" => {} // names the file; read before
            _ => return Err(ConfigError::Unknown(name.to_owned())),
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ConfigError> {
        let weak = |text: String| Err(ConfigError::Weak(text));
        if self.nodes == 0 || self.node.is_empty() || self.name.is_empty() {
            return weak("`nodes` is at least 1, and `name` and `node` are not empty".to_owned());
        }
        if self.nodes > 1 && !self.is_postgres() {
            return weak("several nodes need PostgreSQL: an embedded database belongs to one process".to_owned());
        }
        if self.nodes > 1 && self.keys_dir.is_none() {
            return weak("several nodes need the same keys: set `keys_dir`".to_owned());
        }
        if self.operating_mode == OperatingMode::ListedProvider && self.provider_keys_dir.is_none() {
            return weak("provider and court sign with keys of their own: set `provider_keys_dir`".to_owned());
        }
        if self.provider_keys_dir.as_deref() == Some(self.keys_dir()) {
            return weak(
                "the provider's keys do not lie with the court's: give `provider_keys_dir` its own folder".into(),
            );
        }
        if self.nodes > 1 && self.attachments.folder.is_none() {
            return weak("several nodes need the same attachments: set `attachments.folder`".to_owned());
        }
        if let Some(origin) = self.allowed_origins.iter().find(|origin| !is_origin(origin)) {
            return weak(format!("`{origin}` is no origin of the form https://host[:port]"));
        }
        if self.is_postgres() && !self.database_is_private() {
            return weak(
                "a database on another machine needs `sslmode=verify-full` or `sslmode=require` in its address".into(),
            );
        }
        let mut gateways = self.notice.sms.iter().chain(&self.notice.webhook);
        if gateways.clone().any(|gateway| gateway.url.is_empty() || gateway.secret_file.as_os_str().is_empty()) {
            return weak("a gateway for notices needs both its address and the file of its secret".to_owned());
        }
        if let Some(gateway) = gateways.find(|gateway| !gateway.is_private()) {
            return weak(format!("{} would carry notices in the clear: use https", gateway.url));
        }
        let mut outside = self.access.outside_issuers.iter();
        if let Some(issuer) = outside.find(|i| i.audience.is_empty() || i.issuer == self.access.issuer) {
            return weak(format!("{} needs an audience and a name of its own", issuer.issuer));
        }
        Ok(())
    }

    /// For commands that make tokens or people out of nothing (`demo`, `token`): this machine only.
    ///
    /// # Errors
    /// `Weak` when the server would listen to others.
    pub fn check_demo(&self) -> Result<(), ConfigError> {
        match self.listen.ip().is_loopback() {
            true => Ok(()),
            false => Err(ConfigError::Weak("demo commands need a loopback address to listen on".to_owned())),
        }
    }

    /// Address of the database; without one an embedded database in the data directory.
    pub fn database_url(&self) -> String {
        let embedded = || format!("sqlite://{}?mode=rwc", self.data_dir.join("duixian.db").display());
        self.database_url.clone().unwrap_or_else(embedded)
    }
    pub fn keys_dir(&self) -> &Path {
        self.keys_dir.as_deref().unwrap_or(&self.data_dir)
    }
    /// Where photos and papers of lots are kept.
    pub fn objects_dir(&self) -> PathBuf {
        self.attachments.folder.clone().unwrap_or_else(|| self.data_dir.join("objects"))
    }
    pub fn graphiql(&self) -> bool {
        self.graphiql.unwrap_or_else(|| self.listen.ip().is_loopback())
    }
    /// PostgreSQL is migrated by `duixian migrate`; an embedded database by the server itself.
    pub fn is_postgres(&self) -> bool {
        self.database_url().starts_with("postgres")
    }
    fn database_is_private(&self) -> bool {
        let url = self.database_url();
        let authority = url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
        let host = authority.rsplit('@').next().unwrap_or_default();
        let local = ["", "localhost", "127.0.0.1", "[::1]"];
        let on_this_machine =
            local.iter().any(|l| host == *l || host.strip_prefix(l).is_some_and(|p| p.starts_with(':')));
        on_this_machine
            || ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"].iter().any(|m| url.contains(m))
    }
}

/// A gateway of which one setting after the other comes from the environment; half a gateway is refused in the end.
fn begun(gateway: &mut Option<GatewaySettings>) -> &mut GatewaySettings {
    gateway.get_or_insert_with(|| GatewaySettings { url: String::new(), secret_file: PathBuf::new(), english: false })
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    matches!(scheme, "http" | "https") && !host.is_empty() && !host.contains(['/', '*', '?', '#', '@', ' '])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pairs = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::from_parts(Path::new("test.toml"), text, pairs)
    }

    #[test]
    fn without_settings_it_serves_this_machine_on_an_embedded_database() {
        let config = load("", &[("PATH", "/bin")]).unwrap();
        assert!(config.listen.ip().is_loopback() && config.graphiql() && !config.is_postgres());
        assert_eq!(config.database_url(), "sqlite://data/duixian.db?mode=rwc");
        assert_eq!(config.keys_dir(), Path::new("data"));
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let file = "listen = \"127.0.0.1:1\"\nallowed_origins = [\"https://a.cn\"]\n[[access.outside_issuers]]\nissuer = \"https://id.cn\"\naudience = \"duixian\"\njwks = { file = \"/etc/jwks.json\" }";
        let environment = [
            ("DUIXIAN_LISTEN", "0.0.0.0:80"),
            ("DUIXIAN_TRUSTED_PROXIES", "10.0.0.1, 10.0.0.2"),
            ("DATABASE_URL", "postgres://x@localhost/d"),
        ];
        let config = load(file, &environment).unwrap();
        assert_eq!(config.listen.to_string(), "0.0.0.0:80");
        assert_eq!((config.trusted_proxies.len(), config.access.outside_issuers.len()), (2, 1));
        assert_eq!(config.allowed_origins, ["https://a.cn"]);
        assert!(config.is_postgres() && !config.graphiql(), "a public address shows no GraphiQL unless asked to");
    }

    #[test]
    fn gateways_come_from_the_environment_whole_or_not_at_all() {
        let sms =
            [("DUIXIAN_NOTICE_SMS_URL", "https://sms.court.cn/send"), ("DUIXIAN_NOTICE_SMS_SECRET_FILE", "/run/sms")];
        let config = load("", &sms).unwrap();
        let gateway = config.notice.sms.unwrap();
        assert_eq!((gateway.url.as_str(), gateway.secret_file.as_path()), (sms[0].1, Path::new("/run/sms")));
        assert!(config.notice.webhook.is_none() && !gateway.english);
        let file = "notice.webhook = { url = \"https://a.cn/x\", secret_file = \"s\" }";
        let moved = [("DUIXIAN_NOTICE_WEBHOOK_URL", "https://b.cn/x"), ("DUIXIAN_NOTICE_WEBHOOK_ENGLISH", "true")];
        let gateway = load(file, &moved).unwrap().notice.webhook.unwrap();
        assert_eq!((gateway.url.as_str(), gateway.secret_file.as_path()), ("https://b.cn/x", Path::new("s")));
        assert!(gateway.english);
        for half in [&sms[..1], &sms[1..], &[("DUIXIAN_NOTICE_SMS_URL", "http://sms.court.cn"), sms[1]]] {
            assert!(matches!(load("", half), Err(ConfigError::Weak(_))), "{half:?}");
        }
    }

    #[test]
    fn netauction_4_nothing_is_sold_for_real_unless_the_operator_says_so() {
        assert_eq!(load("", &[]).unwrap().operating_mode, OperatingMode::Practice);
        let listed = "operating_mode = \"LISTED_PROVIDER\"";
        let apart = load(listed, &[("DUIXIAN_PROVIDER_KEYS_DIR", "provider")]).unwrap();
        assert_eq!(apart.operating_mode, OperatingMode::ListedProvider);
        for together in [&[][..], &[("DUIXIAN_PROVIDER_KEYS_DIR", "data")][..]] {
            assert!(matches!(load(listed, together), Err(ConfigError::Weak(_))), "{together:?}");
        }
        let environment = load("", &[("DUIXIAN_OPERATING_MODE", "MIRROR")]).unwrap();
        assert_eq!(environment.operating_mode, OperatingMode::Mirror);
        assert!(matches!(load("", &[("DUIXIAN_OPERATING_MODE", "mirror")]), Err(ConfigError::Form(..))));
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        assert!(matches!(load("lisen = \"x\"", &[]), Err(ConfigError::Syntax(..))));
        assert!(matches!(load("", &[("DUIXIAN_LISEN", "x")]), Err(ConfigError::Unknown(_))));
        assert!(matches!(load("", &[("DUIXIAN_NODES", "many")]), Err(ConfigError::Form(..))));
    }

    #[test]
    fn weak_settings_are_refused() {
        let pg = "database_url = \"postgres://u@localhost/d\"\n";
        for weak in [
            "nodes = 0",
            "node = \"\"",
            "nodes = 2",
            &format!("{pg}nodes = 2"),
            &format!("{pg}nodes = 2\nkeys_dir = \"/run/keys\""),
            "allowed_origins = [\"*\"]",
            "allowed_origins = [\"https://*.cn\"]",
            "allowed_origins = [\"paimai.cn\"]",
            "allowed_origins = [\"https://a.cn/\"]",
            "database_url = \"postgres://u:p@db.court.cn/d\"",
            "database_url = \"postgres://u@localhost.evil.cn/d\"",
            "database_url = \"postgres://u@db.court.cn/d?sslmode=prefer\"",
            "notice.sms = { url = \"http://sms.court.cn/send\", secret_file = \"s\" }",
            "access.outside_issuers = [{ issuer = \"duixian\", audience = \"a\", jwks = { file = \"f\" } }]",
            "access.outside_issuers = [{ issuer = \"i\", audience = \"\", jwks = { file = \"f\" } }]",
        ] {
            assert!(matches!(load(weak, &[]), Err(ConfigError::Weak(_))), "{weak}");
        }
        for strong in [
            &format!("{pg}nodes = 2\nkeys_dir = \"/run/keys\"\nattachments.folder = \"/srv/objects\""),
            "database_url = \"postgres://u:p@127.0.0.1:5432/d\"",
            "database_url = \"postgres://u:p@db.court.cn:5432/d?sslmode=verify-full\"",
            "database_url = \"postgres:///d?host=/run/postgresql\"",
            "allowed_origins = [\"http://localhost:3000\"]",
        ] {
            assert!(load(strong, &[]).is_ok(), "{strong}");
        }
    }

    #[test]
    fn demo_commands_stay_on_this_machine() {
        assert!(load("", &[]).unwrap().check_demo().is_ok());
        assert!(load("listen = \"[::1]:1\"", &[]).unwrap().check_demo().is_ok());
        assert!(load("listen = \"0.0.0.0:8080\"", &[]).unwrap().check_demo().is_err());
    }
}
