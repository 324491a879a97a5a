//! Proof of work: challenges that the server does not remember until they are answered.
//!
//! An id is a UUID of version 7 that carries its own time, its difficulty, some chance, and a keyed hash of these, so
//! that nobody can make one up. The key lives as long as the process: after a restart every older challenge is
//! unknown, which is what a spent one must be.

use super::Refusal;
use hmac::{Hmac, KeyInit, Mac};
use kandra_model::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// How long a challenge can be answered, milliseconds.
const LIFE_MS: i64 = 5 * 60 * 1_000;
/// Answered challenges that are remembered; beyond that writes wait. 30 writes a minute from each of 1,300 addresses.
const MAX_SPENT: usize = 200_000;
/// Answers within a minute, from everybody, above which challenges become harder by one digit.
const LOAD_PER_MINUTE: usize = 120;
/// The lowest 40 of the id's bits are its keyed hash.
const MAC_BITS: u32 = 40;

/// What a client has to solve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Challenge {
    /// Goes back in `X-Challenge-Id`.
    pub id: String,
    /// What the nonce is appended to: 32 hexadecimal digits.
    pub prefix: String,
    /// How many zeros the hexadecimal hash must begin with.
    pub difficulty: u8,
    /// Until when an answer is taken.
    pub expires_at: Timestamp,
    /// `sha256`.
    pub algorithm: &'static str,
    /// The same in words.
    pub instruction: String,
}

/// A proof that holds and is not spent yet.
#[derive(Debug)]
pub(crate) struct Proof {
    id: u128,
    expires_at: Timestamp,
}

pub(crate) struct Challenges {
    key: [u8; 32],
    difficulty: u8,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    ids: BTreeSet<u128>,
    /// In the order in which they were answered: id, when it expires, when it was answered.
    order: VecDeque<(u128, Timestamp, Timestamp)>,
}

impl Challenges {
    pub(crate) fn new(difficulty: u8) -> Self {
        let mut key = [0; 32];
        getrandom::fill(&mut key).expect("the kernel gives random bytes");
        Self { key, difficulty, spent: Mutex::default() }
    }

    /// Whether writes need no proof at all.
    pub(crate) fn are_off(&self) -> bool {
        self.difficulty == 0
    }

    pub(crate) fn issue(&self, now: Timestamp) -> Challenge {
        let difficulty = self.difficulty_now(now);
        let mut chance = [0; 8];
        getrandom::fill(&mut chance).expect("the kernel gives random bytes");
        let chance = u64::from_le_bytes(chance);
        // 48 bits of time, version, 4 bits of difficulty and 8 of chance, variant, 22 of chance, 40 of keyed hash.
        let millis = u128::from(u64::try_from(now.millis()).unwrap_or(0)) & 0xffff_ffff_ffff;
        let open = (millis << 80) | (0x7 << 76) | (u128::from(difficulty & 0xf) << 72) | (u128::from(chance & 0xff) << 64);
        let open = open | (0b10 << 62) | (u128::from((chance >> 8) & 0x3f_ffff) << MAC_BITS);
        let id = open | self.mac(open);
        let prefix = self.prefix(id);
        Challenge {
            instruction: format!(
                "Find a decimal number so that the lower-case hexadecimal SHA-256 of {prefix} followed by it begins with {difficulty} zeros."
            ),
            id: Uuid::from_u128(id).hyphenated().to_string(),
            prefix,
            difficulty,
            expires_at: now.plus_millis(LIFE_MS),
            algorithm: "sha256",
        }
    }

    /// Judges an answer; a good one can be spent once.
    pub(crate) fn verify(&self, id: &str, nonce: &str, now: Timestamp) -> Result<Proof, Refusal> {
        let id = Uuid::try_parse(id).map_err(|_| Refusal::ProofForged)?.as_u128();
        let open = id >> MAC_BITS << MAC_BITS;
        if id != open | self.mac(open) {
            return Err(Refusal::ProofForged);
        }
        let issued_at = Timestamp::from_millis(i64::try_from(id >> 80).unwrap_or(0));
        let expires_at = issued_at.plus_millis(LIFE_MS);
        if now > expires_at {
            return Err(Refusal::ProofExpired);
        }
        let difficulty = u8::try_from((id >> 72) & 0xf).unwrap_or(0);
        if nonce.is_empty() || nonce.len() > 20 || !nonce.bytes().all(|byte| byte.is_ascii_digit()) || !self.solves(id, nonce, difficulty) {
            return Err(Refusal::ProofWrong);
        }
        Ok(Proof { id, expires_at })
    }

    /// Uses a proof up. Of two at once, one gets through.
    pub(crate) fn spend(&self, proof: &Proof, now: Timestamp) -> Result<(), Refusal> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((id, expires_at, _)) = spent.order.front().copied()
            && expires_at < now
        {
            spent.order.pop_front();
            spent.ids.remove(&id);
        }
        if spent.ids.contains(&proof.id) {
            return Err(Refusal::ProofSpent);
        }
        if spent.ids.len() >= MAX_SPENT {
            return Err(Refusal::Busy);
        }
        spent.ids.insert(proof.id);
        spent.order.push_back((proof.id, proof.expires_at, now));
        Ok(())
    }

    fn difficulty_now(&self, now: Timestamp) -> u8 {
        if self.are_off() {
            return 0;
        }
        let spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = spent.order.iter().rev().take(LOAD_PER_MINUTE + 1).filter(|(_, _, at)| now.millis_since(*at) < 60_000).count();
        self.difficulty + u8::from(recent > LOAD_PER_MINUTE)
    }

    fn solves(&self, id: u128, nonce: &str, difficulty: u8) -> bool {
        let digest = Sha256::new().chain_update(self.prefix(id)).chain_update(nonce).finalize();
        hex::encode(digest).bytes().take(usize::from(difficulty)).all(|digit| digit == b'0')
    }

    fn prefix(&self, id: u128) -> String {
        hex::encode(&self.keyed(b"prefix", id)[..16])
    }

    fn mac(&self, open: u128) -> u128 {
        let hash = self.keyed(b"id", open);
        let low = u128::from_le_bytes(hash[..16].try_into().expect("half of a SHA-256"));
        low & ((1 << MAC_BITS) - 1)
    }

    fn keyed(&self, purpose: &[u8], value: u128) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(purpose);
        mac.update(&value.to_le_bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn solve(challenge: &Challenge) -> String {
        let zeros = "0".repeat(usize::from(challenge.difficulty));
        (0_u64..)
            .map(|nonce| nonce.to_string())
            .find(|nonce| hex::encode(Sha256::digest(format!("{}{nonce}", challenge.prefix))).starts_with(&zeros))
            .unwrap()
    }

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn at(millis: i64) -> Timestamp {
        NOW.plus_millis(millis)
    }

    #[test]
    fn an_answer_counts_once_and_in_time() {
        let challenges = Challenges::new(2);
        let challenge = challenges.issue(NOW);
        assert_eq!((challenge.difficulty, challenge.prefix.len(), challenge.expires_at), (2, 32, at(LIFE_MS)));
        let nonce = solve(&challenge);
        let proof = challenges.verify(&challenge.id, &nonce, at(LIFE_MS)).unwrap();
        assert_eq!(challenges.verify(&challenge.id, &nonce, at(LIFE_MS + 1)).unwrap_err(), Refusal::ProofExpired);
        challenges.spend(&proof, NOW).unwrap();
        assert_eq!(challenges.spend(&proof, at(LIFE_MS)), Err(Refusal::ProofSpent));
        // Once it has expired it need not be remembered.
        let other = challenges.issue(at(LIFE_MS));
        let other_proof = challenges.verify(&other.id, &solve(&other), at(LIFE_MS)).unwrap();
        challenges.spend(&other_proof, at(LIFE_MS + 1)).unwrap();
        assert_eq!(challenges.spent.lock().unwrap().ids.len(), 1);
    }

    #[test]
    fn forged_and_wrong_answers_are_refused() {
        let challenges = Challenges::new(1);
        let challenge = challenges.issue(NOW);
        let nonce = solve(&challenge);
        for place in [0, 5, 14, 15, 20, 30, 35] {
            let mut forged = challenge.id.clone().into_bytes();
            forged[place] = if forged[place] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(challenges.verify(&forged, &nonce, NOW).unwrap_err(), Refusal::ProofForged, "{forged}");
        }
        assert_eq!(Challenges::new(1).verify(&challenge.id, &nonce, NOW).unwrap_err(), Refusal::ProofForged);
        for id in ["", "x", "00000000-0000-0000-0000-000000000000", &"9".repeat(4_000)] {
            assert_eq!(challenges.verify(id, &nonce, NOW).unwrap_err(), Refusal::ProofForged);
        }
        for nonce in ["", "-1", "0x", "1e3", " 1", "٣", "999999999999999999999"] {
            assert_eq!(challenges.verify(&challenge.id, nonce, NOW).unwrap_err(), Refusal::ProofWrong, "{nonce:?}");
        }
        let wrong = (0_u64..).map(|n| n.to_string()).find(|n| challenges.verify(&challenge.id, n, NOW).is_err()).unwrap();
        assert_eq!(challenges.verify(&challenge.id, &wrong, NOW).unwrap_err(), Refusal::ProofWrong);
    }

    #[test]
    fn load_makes_challenges_harder_for_a_minute() {
        let challenges = Challenges::new(1);
        for _ in 0..=LOAD_PER_MINUTE {
            assert_eq!(challenges.issue(NOW).difficulty, 1);
            let challenge = challenges.issue(NOW);
            let proof = challenges.verify(&challenge.id, &solve(&challenge), NOW).unwrap();
            challenges.spend(&proof, NOW).unwrap();
        }
        assert_eq!(challenges.issue(at(59_999)).difficulty, 2);
        assert_eq!(challenges.issue(at(60_000)).difficulty, 1);
        assert_eq!(Challenges::new(0).issue(NOW).difficulty, 0);
    }
}
