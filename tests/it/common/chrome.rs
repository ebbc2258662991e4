//! A real browser: Debian's chromium behind chromedriver, one at a time on the whole machine, closed whatever happens.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// The longest wait for a page to become what it should; only a fault waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is held in the hand or stands on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// 360 × 740, a touch screen.
    Phone,
    /// 1280 × 900, a mouse.
    Desktop,
}

impl Device {
    const fn agent(self) -> &'static str {
        match self {
            Self::Phone => {
                "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36"
            }
            Self::Desktop => {
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
            }
        }
    }

    /// Its screen; `tall` for a picture of a whole page, with what sticks to the bottom at the bottom.
    fn metrics(self, tall: Option<u64>) -> Value {
        let (width, height, mobile) = match self {
            Self::Phone => (360, 740, true),
            Self::Desktop => (1280, 900, false),
        };
        json!({ "width": width, "height": tall.map_or(height, |tall| tall.max(height)), "deviceScaleFactor": 1, "mobile": mobile })
    }
}

/// A browser with a profile of its own.
pub struct Chrome {
    client: Client,
    session: String,
    driver: Child,
    port: u16,
    held: Cell<Device>,
    /// Held while the browser lives: ten processes each are enough for one machine.
    _turn: File,
}

impl Chrome {
    /// A browser, or nothing where none is installed (said aloud, and a failure under CI). Waits for its turn by
    /// blocking, so it comes before anything that lives on the test's own runtime.
    pub async fn start(test: &str) -> Option<Self> {
        let (browser, driver) = (program("CHROMIUM", "chromium"), program("CHROMEDRIVER", "chromedriver"));
        let (Some(browser), Some(driver)) = (browser, driver) else {
            assert!(std::env::var_os("CI").is_none(), "{test}: chromium and chromium-driver are not installed");
            eprintln!("SKIPPED {test}: chromium and chromium-driver are not installed");
            return None;
        };
        let turn = File::create(std::env::temp_dir().join("oplata-browser.lock")).unwrap();
        turn.lock().unwrap();
        let (mut driver, port) = start_driver(&driver);
        let capabilities = capabilities(&browser);
        let connected = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        let Ok(client) = connected else {
            driver.kill().unwrap();
            panic!("the browser does not start: {:?}", connected.err());
        };
        let session = client.session_id().await.unwrap().unwrap();
        Some(Self { client, session, driver, port, held: Cell::new(Device::Desktop), _turn: turn })
    }

    /// Becomes a phone or a desktop machine, for the pages opened from now on.
    pub async fn hold(&self, device: Device) {
        self.held.set(device);
        self.cdp("Emulation.setDeviceMetricsOverride", device.metrics(None)).await;
        self.cdp("Emulation.setUserAgentOverride", json!({ "userAgent": device.agent() })).await;
    }

    /// Lamp on, lamp off.
    pub async fn dark(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }, still]);
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// The page as it goes to the printer.
    pub async fn on_paper(&self, paper: bool) {
        let media = if paper { "print" } else { "" };
        self.cdp("Emulation.setEmulatedMedia", json!({ "media": media })).await;
    }

    /// Pages run no script from now on; the driver still can.
    pub async fn without_script(&self) {
        self.cdp("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    pub async fn visit(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    pub async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    pub async fn back(&self) {
        self.client.back().await.unwrap();
    }

    pub async fn address(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// Another person's browser, as far as the portal can tell.
    pub async fn forget_me(&self) {
        self.cdp("Network.clearBrowserCookies", json!({})).await;
    }

    /// Waits until something is there.
    pub async fn find(&self, css: &str) {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        if let Err(error) = found {
            panic!("{css} is not there: {error}\n{}\n{}", self.address().await, self.words().await);
        }
    }

    /// Waits until the order's page is in a state.
    pub async fn sees(&self, state: &str) {
        self.find(&format!("main[data-state={state}]")).await;
    }

    /// Waits until the page says something.
    pub async fn reads(&self, words: &str) {
        for _ in 0..200 {
            if self.words().await.replace('\u{a0}', " ").contains(words) {
                return;
            }
            tokio::time::sleep(PATIENCE / 200).await;
        }
        panic!("«{words}» is not said on {}:\n{}", self.address().await, self.words().await);
    }

    /// What a person reads on the page.
    pub async fn words(&self) -> String {
        let text = self.evaluate("return document.body ? document.body.innerText : ''").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Scrolls to something and presses it, as a finger would.
    pub async fn press(&self, css: &str) {
        self.find(css).await;
        let element = self.client.find(Locator::Css(css)).await.unwrap();
        let place = vec![serde_json::to_value(&element).unwrap()];
        self.client
            .execute("arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })", place)
            .await
            .unwrap();
        element.click().await.unwrap();
    }

    /// Waits until the browser is back on a page of the portal: what was pressed at the provider has arrived there.
    pub async fn is_back(&self) {
        self.find("main[data-state]").await;
    }

    pub async fn fill(&self, css: &str, text: &str) {
        self.find(css).await;
        let field = self.client.find(Locator::Css(css)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses keys where the focus is.
    pub async fn type_keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    pub async fn evaluate(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// A value of a file's own script, for tools like axe that answer later.
    pub async fn evaluate_later(&self, script: &str) -> Value {
        self.client.execute_async(script, vec![]).await.unwrap()
    }

    /// The whole page as a picture in `target/screens`.
    pub async fn shoot(&self, name: &str) {
        let tall = self.evaluate("return document.documentElement.scrollHeight").await.as_u64();
        self.cdp("Emulation.setDeviceMetricsOverride", self.held.get().metrics(tall)).await;
        let told = self.cdp("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true })).await;
        self.cdp("Emulation.setDeviceMetricsOverride", self.held.get().metrics(None)).await;
        let picture = base64::engine::general_purpose::STANDARD.decode(told["data"].as_str().unwrap()).unwrap();
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// Draws HTML in place of what is open, under its policy.
    pub async fn draw(&self, html: &str) {
        let tree = self.cdp("Page.getFrameTree", json!({})).await;
        let params = json!({ "frameId": tree["frameTree"]["frame"]["id"], "html": html });
        self.cdp("Page.setDocumentContent", params).await;
    }

    /// What the browser complained of since the last question: errors of scripts, blocked requests, broken policies.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.issue("se/log", json!({ "type": "browser" })).await;
        let line = |entry: &Value| entry["message"].as_str().unwrap_or_default().to_owned();
        log.as_array().unwrap().iter().filter(|entry| entry["level"] != "INFO").map(line).collect()
    }

    async fn cdp(&self, command: &str, params: Value) -> Value {
        self.issue("goog/cdp/execute", json!({ "cmd": command, "params": params })).await
    }

    async fn issue(&self, path: &'static str, body: Value) -> Value {
        self.client.issue_cmd(Extra { path, body }).await.unwrap()
    }
}

/// A panic in the middle of a story must not leave a browser behind, so this does not wait for anything async.
impl Drop for Chrome {
    fn drop(&mut self) {
        if let Ok(mut line) = TcpStream::connect(("127.0.0.1", self.port)) {
            drop(line.set_read_timeout(Some(Duration::from_secs(5))));
            drop(write!(
                line,
                "DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                self.session
            ));
            drop(line.read(&mut [0; 64]));
        }
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// A command of chromedriver beyond the standard.
#[derive(Debug)]
struct Extra {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

fn program(variable: &str, name: &str) -> Option<PathBuf> {
    let given = std::env::var_os(variable).map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    given.or_else(|| std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file()))
}

fn start_driver(program: &PathBuf) -> (Child, u16) {
    let mut driver =
        Command::new(program).arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let said = lines.by_ref().map_while(Result::ok).find(|line| line.contains("started successfully on port"));
    let port = said.and_then(|line| line.trim_end_matches('.').rsplit(' ').next()?.parse().ok());
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    (driver, port.expect("chromedriver names its port"))
}

fn capabilities(browser: &std::path::Path) -> Value {
    json!({
        "goog:chromeOptions": {
            "binary": browser,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
                "--window-size=1280,900", "--lang=ru"
            ]
        },
        "goog:loggingPrefs": { "browser": "ALL" }
    })
}
