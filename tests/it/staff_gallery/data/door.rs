use askama::Template;
use oplata::web::staff::view::*;

pub fn pages() -> Vec<(&'static str, String)> {
    let shop = || "ДомПлюс".to_owned();
    let csrf = || "t0ken".to_owned();
    let next = || "/staff/orders".to_owned();
    let login = LoginPage {
        shop: shop(),
        csrf: csrf(),
        email: String::new(),
        next: next(),
        error: None,
        note: Some("Сеанс закончился: 30 минут без действий.".to_owned()),
        stand: Some(Stand::Training),
    };
    let refused = LoginPage {
        email: "krylova@domplus.example".to_owned(),
        error: Some("Почта или пароль не подошли.".to_owned()),
        note: None,
        stand: None,
        ..login.clone()
    };
    let code = CodePage { shop: shop(), csrf: csrf(), next: next(), recovery: false, error: None, stand: None };
    let recovery_asked =
        CodePage {
            recovery: true, error: Some("Код не подошёл. Осталось 3 попытки.".to_owned()), ..code.clone()
        };
    let enrol = EnrolPage {
        shop: shop(),
        csrf: csrf(),
        qr: QrShape::of(
            "otpauth://totp/%D0%94%D0%BE%D0%BC:krylova@domplus.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        )
        .unwrap(),
        secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
        error: None,
        required: true,
        asks_current: false,
        stand: None,
    };
    let codes = (0..10).map(|n| format!("k7q2m-x{n}v4d")).collect();
    let recovery = RecoveryPage { shop: shop(), codes, next: next(), stand: None };
    vec![
        ("login", login.render().unwrap()),
        ("login-refused", refused.render().unwrap()),
        ("code", code.render().unwrap()),
        ("code-recovery", recovery_asked.render().unwrap()),
        ("enrol", enrol.render().unwrap()),
        ("recovery", recovery.render().unwrap()),
    ]
}
