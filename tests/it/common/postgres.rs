//! One throwaway PostgreSQL cluster for all tests of a checkout: the first process starts it, a watchdog stops it when
//! the last one has ended. `OPLATA_TEST_PG` (an address without a database, `postgres://user@host:5432`) names one that
//! runs already.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

/// Says that a test did not run; under CI that is a failure.
pub fn skip(test: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{test}: {why}");
    eprintln!("SKIPPED {test}: {why}");
}

/// A database of the shared cluster, dropped with this value.
pub struct PgDatabase {
    pub url: String,
    name: String,
    cluster: Cluster,
}

impl PgDatabase {
    pub fn create() -> Result<Self, String> {
        let cluster = Cluster::find_or_start()?;
        let name = format!("t_{}", uuid::Uuid::new_v4().simple());
        cluster.execute(&format!("CREATE DATABASE {name}"))?;
        Ok(Self { url: cluster.url(&name), name, cluster })
    }
}

impl Drop for PgDatabase {
    fn drop(&mut self) {
        drop(self.cluster.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)));
    }
}

enum Cluster {
    Given(String),
    Own(PathBuf),
}

impl Cluster {
    fn find_or_start() -> Result<Self, String> {
        if let Ok(given) = std::env::var("OPLATA_TEST_PG") {
            return Ok(Self::Given(given));
        }
        let bin = binaries().ok_or("PostgreSQL is not installed (PG_BIN names its programs)")?;
        let home = home();
        let lock = lock(&home).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| error.to_string())?;
        // A server that was killed leaves its folder behind.
        let running = home.join("started").exists() && Self::Own(home.clone()).execute("SELECT 1").is_ok();
        if !running {
            start(&bin, &home)?;
        }
        std::fs::write(home.join("users").join(std::process::id().to_string()), "").map_err(|e| e.to_string())?;
        Ok(Self::Own(home))
    }

    fn url(&self, database: &str) -> String {
        match self {
            Self::Given(url) => format!("{url}/{database}"),
            Self::Own(home) => {
                let socket = home.join("socket").display().to_string().replace('/', "%2F");
                format!("postgres://postgres@/{database}?host={socket}")
            }
        }
    }

    fn execute(&self, sql: &str) -> Result<(), String> {
        let mut connection = PgConnection::establish(&self.url("postgres")).map_err(|error| error.to_string())?;
        connection.batch_execute(sql).map_err(|error| error.to_string())
    }
}

/// One folder a checkout, short enough for a socket's path, outside of anything private to root.
fn home() -> PathBuf {
    let checkout = env!("CARGO_MANIFEST_DIR")
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    std::env::temp_dir().join(format!("oplata-pg-{checkout:016x}"))
}

fn lock(home: &Path) -> std::io::Result<File> {
    File::options().create(true).append(true).open(home.with_extension("lock"))
}

fn binaries() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("PG_BIN") {
        return Some(PathBuf::from(given));
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions.filter_map(|entry| entry.ok()?.file_name().into_string().ok()?.parse::<u32>().ok()).max()?;
    Some(PathBuf::from(format!("/usr/lib/postgresql/{newest}/bin")))
}

fn start(bin: &Path, home: &Path) -> Result<(), String> {
    drop(std::fs::remove_dir_all(home));
    for folder in ["users", "socket"] {
        std::fs::create_dir_all(home.join(folder)).map_err(|error| error.to_string())?;
    }
    if is_root() {
        run(Command::new("chown").args(["-R", "postgres"]).arg(home))?;
    }
    let (data, log) = (home.join("data"), home.join("server.log"));
    run(as_server_user(bin, "initdb").args(["-A", "trust", "-U", "postgres", "--no-sync", "-D"]).arg(&data))?;
    let options = format!(
        "-c listen_addresses= -c unix_socket_directories={} -c fsync=off -c max_connections=200 -c deadlock_timeout=50ms",
        home.join("socket").display()
    );
    run(as_server_user(bin, "pg_ctl").args(["-w", "-o", &options, "-l"]).arg(log).arg("-D").arg(&data).arg("start"))?;
    watch(bin, home)?;
    std::fs::write(home.join("started"), "").map_err(|error| error.to_string())
}

/// The server refuses root.
fn as_server_user(bin: &Path, program: &str) -> Command {
    if !is_root() {
        return Command::new(bin.join(program));
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(bin.join(program));
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    match output {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}

/// Stops the cluster half a minute after the last test process has ended.
fn watch(bin: &Path, home: &Path) -> Result<(), String> {
    const SCRIPT: &str = r#"
        idle=0
        while [ $idle -lt 15 ]; do
            sleep 2
            idle=$((idle + 1))
            for user in "$HOME_DIR"/users/*; do
                [ -e "$user" ] || continue
                if kill -0 "${user##*/}" 2>/dev/null; then idle=0; else rm -f "$user"; fi
            done
        done
        exec 9>>"$LOCK"
        flock 9
        "$@" -D "$HOME_DIR/data" -m immediate stop
        rm -rf "$HOME_DIR"
    "#;
    use std::os::unix::process::CommandExt as _;
    let pg_ctl = as_server_user(bin, "pg_ctl");
    Command::new("sh")
        .args(["-c", SCRIPT, "watch"])
        .arg(pg_ctl.get_program())
        .args(pg_ctl.get_args())
        .env("HOME_DIR", home)
        .env("LOCK", home.with_extension("lock"))
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
        .map_err(|error| error.to_string())
}
