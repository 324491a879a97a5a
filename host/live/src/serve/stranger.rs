//! Who a caller without a token is to a feature: a pseudonym of the address, so that a widget on a page of its own
//! tells visitors apart too. People behind one address are one visitor there.

use super::site::Addresses;
use crate::chain::{self, Salt, network};
use actix_http::{HttpMessage, Request};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fs::{self, OpenOptions},
    io::{self, Write},
    net::IpAddr,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    rc::Rc,
};

/// Pseudonyms that each worker remembers.
const REMEMBERED: usize = 4_096;

/// The salt of this home's features, made at the first start.
pub(crate) fn salt(features: &Path) -> io::Result<Salt> {
    let path = features.join(".visitor-salt");
    if let Ok(salt) = Salt::try_from(fs::read(&path).unwrap_or_default()) {
        return Ok(salt);
    }
    let mut salt = Salt::default();
    getrandom::fill(&mut salt).map_err(|error| io::Error::other(error.to_string()))?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(&salt)?;
    Ok(salt)
}

/// By feature.
type Names = HashMap<Box<str>, Rc<str>>;

/// A name, and whose it is to which feature.
type Named = (IpAddr, Box<str>, Rc<str>);

/// One worker's pseudonyms.
pub(crate) struct Strangers {
    salt: Salt,
    /// Whose name was asked for last: a connection's requests come one after another.
    last: RefCell<Option<Named>>,
    known: RefCell<HashMap<IpAddr, Names>>,
    count: Cell<usize>,
}

impl Strangers {
    pub fn new(salt: Salt) -> Self {
        Self { salt, last: RefCell::default(), known: RefCell::default(), count: Cell::default() }
    }

    /// 20 characters, the same for an address and a feature as long as the home exists.
    pub fn name(&self, address: IpAddr, slug: &str) -> Rc<str> {
        if let Some((last, feature, name)) = self.last.borrow().as_ref()
            && *last == address
            && **feature == *slug
        {
            return Rc::clone(name);
        }
        let name = self.of_network(network(address), slug);
        *self.last.borrow_mut() = Some((address, slug.into(), Rc::clone(&name)));
        name
    }

    fn of_network(&self, address: IpAddr, slug: &str) -> Rc<str> {
        if let Some(name) = self.known.borrow().get(&address).and_then(|names| names.get(slug)) {
            return Rc::clone(name);
        }
        let name: Rc<str> = chain::name(&self.salt, slug, &address.to_string()).into();
        let mut known = self.known.borrow_mut();
        if self.count.replace(self.count.get() + 1) >= REMEMBERED {
            known.clear();
            self.count.set(1);
        }
        known.entry(address).or_default().insert(slug.into(), Rc::clone(&name));
        name
    }
}

/// What limits by address count as one caller.
pub(crate) fn counted(request: &Request, addresses: &Addresses) -> Option<IpAddr> {
    address(request, addresses).map(network)
}

/// The caller's address: the peer's, or what believed proxies say of whom they speak for.
pub(crate) fn address(request: &Request, addresses: &Addresses) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    if !addresses.has_proxies() || !addresses.trusts(peer) {
        return Some(peer);
    }
    let lines: Vec<&str> = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok()).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(',')).map_while(|hop| hop.trim().parse::<IpAddr>().ok());
    // From the nearest hop outwards; what stands before the first one that we do not trust is hearsay.
    let mut caller = peer;
    for hop in hops {
        caller = hop;
        if !addresses.trusts(hop) {
            break;
        }
    }
    Some(caller)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_names_by_feature() {
        let strangers = Strangers::new([7; 32]);
        let name = |address: &str, slug: &str| strangers.name(address.parse().unwrap(), slug).to_string();
        assert_eq!(name("1.2.3.4", "poll").len(), 20);
        assert_eq!(name("1.2.3.4", "poll"), name("::ffff:1.2.3.4", "poll"));
        assert_ne!(name("1.2.3.4", "poll"), name("1.2.3.5", "poll"));
        assert_ne!(name("1.2.3.4", "poll"), name("1.2.3.4", "guestbook"));
        assert_eq!(name("2001:db8::1", "poll"), name("2001:db8::ffff:1", "poll"));
        assert_ne!(name("2001:db8::1", "poll"), name("2001:db8:0:1::1", "poll"));
        assert_ne!(name("1.2.3.4", "poll"), Strangers::new([8; 32]).name("1.2.3.4".parse().unwrap(), "poll").to_string());
    }

    #[test]
    fn the_salt_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let first = salt(folder.path()).unwrap();
        assert_ne!(first, Salt::default());
        assert_eq!(salt(folder.path()).unwrap(), first);
    }
}
