//! pgbench beside a baseline of the bench: that it is no straw man.

use super::site::Answer;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The pool of a server on PostgreSQL (`kernel::db`): pgbench gets as many clients.
pub const CLIENTS: usize = 16;

/// Transactions a second of `script`; none where pgbench is not installed.
///
/// # Errors
/// When pgbench runs and fails.
pub async fn rate(url: &str, script: String, seconds: u64) -> Answer<Option<u64>> {
    let Some(program) = find() else { return Ok(None) };
    let url = url.to_owned();
    let file = std::env::temp_dir().join(format!("duixian-pgbench-{}.sql", std::process::id()));
    Ok(Some(tokio::task::spawn_blocking(move || run(&program, &file, &script, &url, seconds)).await??))
}

fn run(program: &Path, file: &Path, script: &str, url: &str, seconds: u64) -> Answer<u64> {
    std::fs::write(file, script)?;
    let mut command = Command::new(program);
    command.args(["-n", "-M", "prepared", "-j", "2", "-c"]).arg(CLIENTS.to_string());
    let output = command.arg("-T").arg(seconds.to_string()).arg("-f").arg(file).arg(url).output();
    std::fs::remove_file(file)?;
    let output = output?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split('.').next()?.parse().ok());
    Ok(rate.ok_or_else(|| format!("pgbench: {}", String::from_utf8_lossy(&output.stderr)))?)
}

/// On the path, or where Debian puts it.
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|entry| entry.path().join("bin"));
    let folders = std::env::split_paths(&path).chain(packaged);
    folders.map(|folder| folder.join("pgbench")).find(|program| program.is_file())
}
