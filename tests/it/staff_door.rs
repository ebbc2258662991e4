//! Signing in, from password to the last session, on a real database.

use chrono::Duration;
use oplata::base::ids::StaffId;
use oplata::base::{Error, Instant};
use oplata::db::schema::{journal, login_misses, sessions as session_rows, staff as staff_rows};
use oplata::db::{Connection, Db, DbSettings, migrate};
use oplata::domain::staff::login::{self, Outcome, Try};
use oplata::domain::staff::second_step::{self, Enrolled, Proof};
use oplata::domain::staff::{
    NewStaff, Opened, Origin, Role, Stage, TotpRule, Visit, accounts, misses, passwords, sessions, totp,
};

use diesel::prelude::*;

const PASSWORD: &str = "верная лошадь батарея";

struct Door {
    db: Db,
    _folder: tempfile::TempDir,
}

impl Door {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("staff.db").display());
        migrate::migrate(&url).unwrap();
        Self { db: Db::open(&DbSettings::new(url)).unwrap(), _folder: folder }
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.write_now(work)
    }

    fn person(&self, email: &str, role: Role) -> StaffId {
        static HASH: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| passwords::hash(PASSWORD).unwrap());
        let new = NewStaff { email: email.into(), name: "Анна К.".into(), role, password_hash: HASH.clone() };
        self.write(move |c| accounts::add(c, &new, "test", noon())).unwrap()
    }

    fn begin(&self, email: &str, address: &str, now: Instant) -> Result<Try, Error> {
        let (email, address) = (email.to_owned(), address.to_owned());
        self.write(move |c| login::begin(c, &email, &address, now))
    }

    fn login(&self, email: &str, password: &str, rule: TotpRule, now: Instant) -> Result<Outcome, Error> {
        let tried = self.begin(email, "192.0.2.1", now)?;
        let verified = passwords::verify(password, &tried.hash);
        self.write(move |c| login::finish(c, &tried, verified, None, &origin(), rule, now))
    }

    fn enter(&self, email: &str, now: Instant) -> Opened {
        opened(self.login(email, PASSWORD, TotpRule::Optional, now).unwrap())
    }

    fn visit(&self, opened: &Opened, now: Instant) -> Option<Visit> {
        self.db.read_now(|c| sessions::visit(c, opened.token.reveal(), now)).unwrap()
    }

    fn pass(&self, opened: &Opened, code: &str, now: Instant) -> Result<Outcome, Error> {
        let (visit, code) = (self.visit(opened, now).unwrap(), code.to_owned());
        self.write(move |c| second_step::pass(c, &visit, Proof::Code(&code), &origin(), now))
    }

    fn enrol(&self, opened: &Opened, code: &str, now: Instant) -> Enrolled {
        let (visit, code) = (self.visit(opened, now).unwrap(), code.to_owned());
        let token = opened.token.reveal().to_owned();
        self.write(move |c| second_step::enrol(c, &visit, &token, &code, None, &origin(), now)).unwrap()
    }
}

fn noon() -> Instant {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 24).unwrap().and_hms_opt(12, 0, 0).unwrap()
}

fn after(seconds: i64) -> Instant {
    noon() + Duration::seconds(seconds)
}

fn origin() -> Origin {
    Origin { address: "192.0.2.1".into(), agent: "Firefox".into() }
}

fn opened(outcome: Outcome) -> Opened {
    match outcome {
        Outcome::In(opened) => opened,
        Outcome::Wrong => panic!("the door stayed shut"),
    }
}

/// A person with the second step set up, and the secret.
fn enrolled(door: &Door, email: &str, role: Role) -> (Opened, oplata::base::Secret, Vec<String>) {
    door.person(email, role);
    let first = opened(door.login(email, PASSWORD, TotpRule::Required, noon()).unwrap());
    assert_eq!(first.stage, Stage::Enrol);
    let secret = totp::offered(first.token.reveal());
    match door.enrol(&first, &totp::code_at(&secret, noon()).unwrap(), noon()) {
        Enrolled::Done(full, codes) => (full, secret, codes),
        Enrolled::Wrong => panic!("the right code was refused"),
    }
}

#[test]
fn the_right_password_opens_and_the_wrong_one_says_nothing() {
    let door = Door::new();
    door.person("Anna@Shop.Example", Role::Manager);
    let full = door.enter(" anna@shop.example ", noon());
    assert_eq!(full.stage, Stage::Full);
    assert_eq!(door.visit(&full, noon()).unwrap().role, Role::Manager);
    for (email, password) in [("anna@shop.example", "не тот пароль"), ("nobody@shop.example", PASSWORD)] {
        assert!(matches!(door.login(email, password, TotpRule::Optional, noon()), Ok(Outcome::Wrong)), "{email}");
    }
}

/// STF-4: the same work is done for a name nobody has, so the time tells nothing.
#[test]
fn an_unknown_name_costs_the_same_hash_as_a_known_one() {
    let door = Door::new();
    door.person("anna@shop.example", Role::Manager);
    let cost = |email: &'static str| {
        let tried = door.write(move |c| login::begin(c, email, "192.0.2.1", noon())).unwrap();
        tried.hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(cost("anna@shop.example"), cost("nobody@shop.example"));
}

#[test]
fn nothing_secret_is_kept_as_it_is() {
    let door = Door::new();
    let (full, _, codes) = enrolled(&door, "anna@shop.example", Role::Admin);
    let kept: Vec<(String, String)> = door
        .db
        .read_now(|c| Ok(session_rows::table.select((session_rows::token_hash, session_rows::csrf_hash)).load(c)?))
        .unwrap();
    let csrf = sessions::csrf_of(full.token.reveal());
    assert!(kept.iter().all(|(token, hash)| token != full.token.reveal() && *hash != csrf));
    let (hash, left): (String, String) = door
        .db
        .read_now(|c| Ok(staff_rows::table.select((staff_rows::password_hash, staff_rows::recovery_codes)).first(c)?))
        .unwrap();
    assert!(hash.starts_with("$argon2id$") && !left.contains(&codes[0]));
    let told: Vec<String> = door.db.read_now(|c| Ok(journal::table.select(journal::details).load(c)?)).unwrap();
    assert!(told.iter().all(|details| !details.contains("shop.example")), "the journal holds no personal data");
}

#[test]
fn guesses_are_slowed_by_name_and_by_address() {
    let door = Door::new();
    door.person("anna@shop.example", Role::Manager);
    for n in 0..5 {
        assert!(door.begin("anna@shop.example", &format!("192.0.2.{n}"), noon()).is_ok(), "try {n} is free");
    }
    let refused = door.begin("anna@shop.example", "198.51.100.9", after(1)).unwrap_err();
    assert_eq!(refused.code(), Some("throttled"), "another address does not help");
    assert!(refused.to_string().contains("Подождите 1\u{20}минуту"), "{refused}");
    let right = door.login("anna@shop.example", PASSWORD, TotpRule::Optional, after(10)).unwrap_err();
    assert_eq!(right.code(), Some("throttled"), "the right password waits too");
    assert_eq!(door.enter("anna@shop.example", after(31)).stage, Stage::Full, "and is heard after the pause");
    for n in 0..5 {
        assert!(door.begin(&format!("guess{n}@shop.example"), "203.0.113.7", after(40)).is_ok());
    }
    let refused = door.begin("other@shop.example", "203.0.113.7", after(41)).unwrap_err();
    assert_eq!(refused.code(), Some("throttled"), "another name does not help");
}

#[test]
fn a_good_login_does_not_wipe_the_misses_of_its_address() {
    let door = Door::new();
    door.person("anna@shop.example", Role::Manager);
    for n in 0..3 {
        door.login(&format!("guess{n}@shop.example"), "x", TotpRule::Optional, noon()).unwrap();
    }
    door.enter("anna@shop.example", after(1));
    let left: i64 = door
        .db
        .read_now(|c| Ok(login_misses::table.find("address:192.0.2.1").select(login_misses::misses).first(c)?))
        .unwrap();
    assert_eq!(left, 3);
    let name: i64 = door
        .db
        .read_now(|c| {
            Ok(login_misses::table.filter(login_misses::key.eq("name:anna@shop.example")).count().get_result(c)?)
        })
        .unwrap();
    assert_eq!(name, 0);
    assert_eq!(door.write(|c| misses::clean(c, after(7200))).unwrap(), 4);
}

#[test]
fn a_session_idles_out_grows_old_and_keeps_its_promise_to_be_seen() {
    let door = Door::new();
    door.person("anna@shop.example", Role::Manager);
    let full = door.enter("anna@shop.example", noon());
    assert!(!door.visit(&full, after(59)).unwrap().is_touch_due(after(59)), "no write within a minute");
    assert!(door.visit(&full, after(1799)).unwrap().is_touch_due(after(1799)));
    assert!(door.visit(&full, after(1800)).is_none(), "thirty minutes idle");
    for step in 1..=36 {
        let now = after(step * 1200);
        match door.visit(&full, now) {
            Some(visit) => door.write(move |c| sessions::touch(c, &visit.session, now)).unwrap(),
            None => assert!(step * 1200 >= 12 * 3600, "ended after {step} steps"),
        }
    }
    assert!(door.visit(&full, after(12 * 3600)).is_none(), "twelve hours, however busy");
}

#[test]
fn an_administrator_works_eight_hours() {
    let door = Door::new();
    door.person("root@shop.example", Role::Admin);
    assert_eq!(door.enter("root@shop.example", noon()).expires_at, after(8 * 3600));
}

#[test]
fn a_disabled_person_is_out_at_once() {
    let door = Door::new();
    let id = door.person("anna@shop.example", Role::Manager);
    let full = door.enter("anna@shop.example", noon());
    door.write(move |c| accounts::set_active(c, &id, false, "test", after(1))).unwrap();
    assert!(door.visit(&full, after(2)).is_none());
    assert!(matches!(door.login("anna@shop.example", PASSWORD, TotpRule::Optional, after(3)), Ok(Outcome::Wrong)));
}

#[test]
fn a_new_password_ends_the_other_sessions_only() {
    let door = Door::new();
    let id = door.person("anna@shop.example", Role::Manager);
    let (here, there) = (door.enter("anna@shop.example", noon()), door.enter("anna@shop.example", noon()));
    let keep = here.id.clone();
    door.write(move |c| accounts::set_password(c, &id, "$argon2id$new", Some(&keep), "test", after(1))).unwrap();
    assert!(door.visit(&here, after(2)).is_some());
    assert!(door.visit(&there, after(2)).is_none());
}

#[test]
fn nobody_ends_the_session_of_somebody_else() {
    let door = Door::new();
    let (anna, boris) = (door.person("a@shop.example", Role::Manager), door.person("b@shop.example", Role::Manager));
    let full = door.enter("a@shop.example", noon());
    let session = full.id.clone();
    assert!(door.write(move |c| sessions::end(c, &boris, &session, noon())).is_err());
    assert!(door.visit(&full, noon()).is_some());
    let session = full.id.clone();
    door.write(move |c| sessions::end(c, &anna, &session, noon())).unwrap();
    assert!(door.visit(&full, noon()).is_none());
}

#[test]
fn the_rule_decides_who_sets_the_second_step_up() {
    let door = Door::new();
    door.person("manager@shop.example", Role::Manager);
    door.person("chief@shop.example", Role::ChiefAccountant);
    let stage = |email, rule| opened(door.login(email, PASSWORD, rule, noon()).unwrap()).stage;
    assert_eq!(stage("manager@shop.example", TotpRule::Required), Stage::Full);
    assert_eq!(stage("chief@shop.example", TotpRule::Required), Stage::Enrol);
    assert_eq!(stage("chief@shop.example", TotpRule::Optional), Stage::Full);
}

#[test]
fn a_code_opens_once_and_the_token_changes() {
    let door = Door::new();
    let (_, secret, _) = enrolled(&door, "chief@shop.example", Role::ChiefAccountant);
    let now = after(60);
    let half = opened(door.login("chief@shop.example", PASSWORD, TotpRule::Required, now).unwrap());
    assert_eq!(half.stage, Stage::Code);
    let code = totp::code_at(&secret, now).unwrap();
    let full = opened(door.pass(&half, &code, now).unwrap());
    assert_eq!(full.stage, Stage::Full);
    assert_ne!(half.token, full.token);
    assert!(door.visit(&half, now).is_none(), "the token of half the way is dead");
    let again = opened(door.login("chief@shop.example", PASSWORD, TotpRule::Required, now).unwrap());
    assert!(matches!(door.pass(&again, &code, now), Ok(Outcome::Wrong)), "the same code a second time");
}

#[test]
fn five_wrong_codes_shut_the_step_for_a_quarter_of_an_hour_whatever_the_session() {
    let door = Door::new();
    let (_, secret, _) = enrolled(&door, "chief@shop.example", Role::ChiefAccountant);
    let now = after(60);
    for _ in 0..5 {
        let half = opened(door.login("chief@shop.example", PASSWORD, TotpRule::Required, now).unwrap());
        assert!(matches!(door.pass(&half, "000000", now), Ok(Outcome::Wrong)));
    }
    let half = opened(door.login("chief@shop.example", PASSWORD, TotpRule::Required, now).unwrap());
    let right = totp::code_at(&secret, now).unwrap();
    assert_eq!(door.pass(&half, &right, now).unwrap_err().code(), Some("throttled"));
    let later = after(60 + 901);
    let half = opened(door.login("chief@shop.example", PASSWORD, TotpRule::Required, later).unwrap());
    let right = totp::code_at(&secret, later).unwrap();
    assert_eq!(opened(door.pass(&half, &right, later).unwrap()).stage, Stage::Full);
}

#[test]
fn a_recovery_code_stands_in_once() {
    let door = Door::new();
    let (_, _, codes) = enrolled(&door, "chief@shop.example", Role::ChiefAccountant);
    let mut outcomes = Vec::new();
    for _ in 0..2 {
        let half = opened(door.login("chief@shop.example", PASSWORD, TotpRule::Required, after(60)).unwrap());
        let (visit, code) = (door.visit(&half, after(60)).unwrap(), codes[4].clone());
        let pass = move |c: &mut Connection| second_step::pass(c, &visit, Proof::Recovery(&code), &origin(), after(60));
        outcomes.push(matches!(door.write(pass).unwrap(), Outcome::In(_)));
    }
    assert_eq!(outcomes, [true, false]);
}

#[test]
fn the_second_step_is_not_replaced_by_whoever_finds_an_open_desk() {
    let door = Door::new();
    let (full, secret, _) = enrolled(&door, "chief@shop.example", Role::ChiefAccountant);
    let new_secret = totp::offered(full.token.reveal());
    let code = totp::code_at(&new_secret, after(90)).unwrap();
    assert!(matches!(door.enrol(&full, &code, after(90)), Enrolled::Wrong), "without the old code");
    let (visit, token) = (door.visit(&full, after(90)).unwrap(), full.token.reveal().to_owned());
    let current = totp::code_at(&secret, after(90)).unwrap();
    let both = move |c: &mut Connection| {
        second_step::enrol(c, &visit, &token, &code, Some(Proof::Code(&current)), &origin(), after(90))
    };
    assert!(matches!(door.write(both).unwrap(), Enrolled::Done(..)));
}

#[test]
fn a_form_of_another_session_is_refused() {
    let (mine, other) = ("a".repeat(64), "b".repeat(64));
    assert!(sessions::csrf_holds(&mine, &sessions::csrf_of(&mine)));
    for wrong in ["", "x", &sessions::csrf_of(&other), &mine] {
        assert!(!sessions::csrf_holds(&mine, wrong), "{wrong}");
    }
}

#[test]
fn the_same_mail_is_added_once() {
    let door = Door::new();
    door.person("anna@shop.example", Role::Manager);
    let twin = |email: &str| NewStaff {
        email: email.into(),
        name: "А".into(),
        role: Role::Head,
        password_hash: "$argon2id$".into(),
    };
    let new = twin("ANNA@shop.example");
    assert_eq!(door.write(move |c| accounts::add(c, &new, "t", noon())).unwrap_err().code(), Some("email_taken"));
    for wrong in ["anna", "@shop.example", "anna@", "a b@shop.example", "a@b@c"] {
        let new = twin(wrong);
        assert_eq!(door.write(move |c| accounts::add(c, &new, "t", noon())).unwrap_err().code(), Some("invalid"));
    }
}

#[test]
fn guesses_sent_at_once_do_not_slip_past_the_count() {
    let door = Door::new();
    door.person("anna@shop.example", Role::Manager);
    let heard = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..20)
            .map(|n| {
                let door = &door;
                scope.spawn(move || door.begin("anna@shop.example", &format!("192.0.2.{n}"), noon()).is_ok())
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).filter(|heard| *heard).count()
    });
    assert_eq!(heard, 5);
}
