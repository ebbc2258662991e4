//! Addresses with passwords in them: parted, so that the one can be shown and the other cannot.

/// The address without its password, and the password as it stands (percent-encoded). Works on what a URL parser refuses:
/// PostgreSQL's addresses of sockets have no host.
#[must_use]
pub fn part(address: &str) -> (String, Option<String>) {
    let (address, from_query) = without_query_password(address);
    let Some((scheme, rest)) = address.split_once("://") else { return (address, from_query) };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let Some((login, host)) = authority.rsplit_once('@') else { return (address, from_query) };
    let Some((user, password)) = login.split_once(':') else { return (address, from_query) };
    (format!("{scheme}://{user}@{host}{tail}"), Some(password.to_owned()).or(from_query))
}

/// `?password=…` is another of PostgreSQL's ways to say it.
fn without_query_password(address: &str) -> (String, Option<String>) {
    let Some((head, query)) = address.split_once('?') else { return (address.to_owned(), None) };
    let is_password = |pair: &&str| pair.split('=').next().is_some_and(|name| name.eq_ignore_ascii_case("password"));
    let password =
        query.split('&').find(is_password).and_then(|pair| pair.split_once('=')).map(|pair| pair.1.to_owned());
    let others: Vec<&str> = query.split('&').filter(|pair| !is_password(pair)).collect();
    let tail = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
    (format!("{head}{tail}"), password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_found_wherever_they_stand() {
        let parted = |address| part(address);
        let with = |address: &str, password: &str| (address.to_owned(), Some(password.to_owned()));
        assert_eq!(parted("postgres://u:p%40s@h:5/d?x=1"), with("postgres://u@h:5/d?x=1", "p%40s"));
        assert_eq!(parted("postgres://u:p@ss@h/d"), with("postgres://u@h/d", "p@ss"));
        assert_eq!(parted("postgres:///d?host=/run&user=u&password=p"), with("postgres:///d?host=/run&user=u", "p"));
        assert_eq!(parted("smtps://u:p@mail.ru"), with("smtps://u@mail.ru", "p"));
        assert_eq!(parted("postgres://u@/d?host=/run/pg"), ("postgres://u@/d?host=/run/pg".to_owned(), None));
        assert_eq!(parted("sqlite:///var/lib/a:b@c"), ("sqlite:///var/lib/a:b@c".to_owned(), None));
    }
}
