//! Near: addresses of a result that look like one that is not in it.

/// How many are named.
const MOST: usize = 5;

/// The addresses of a result nearest to a text that none of them is, best first.
#[derive(Debug)]
pub(super) struct Near {
    wanted: Vec<u8>,
    found: Vec<(usize, String)>,
}

impl Near {
    pub(super) fn to(wanted: &str) -> Self {
        Self { wanted: wanted.to_ascii_lowercase().into_bytes(), found: Vec::new() }
    }

    /// Looks at one more address.
    pub(super) fn look(&mut self, address: &str) {
        let theirs = address.to_ascii_lowercase().into_bytes();
        let Some(distance) = self.distance(&theirs) else { return };
        if self.found.iter().any(|(_, known)| known == address) {
            return;
        }
        self.found.push((distance, address.to_owned()));
        if self.found.len() > 20 * MOST {
            self.cut();
        }
    }

    /// How far apart they are, if that is near: other capitals, a letter or two, a beginning, the same ends.
    fn distance(&self, theirs: &[u8]) -> Option<usize> {
        let ours = &self.wanted[..];
        if ours == theirs {
            return Some(0);
        }
        if ours.len() >= 4 && theirs.starts_with(ours) {
            return Some(1);
        }
        let same = |a: &mut dyn Iterator<Item = (&u8, &u8)>| a.take_while(|(a, b)| a == b).count();
        let before = same(&mut ours.iter().zip(theirs));
        let after = same(&mut ours.iter().rev().zip(theirs.iter().rev()));
        // Whatever differs lies between a common beginning and a common end.
        let rest = ours.len().max(theirs.len()).saturating_sub(before + after);
        if rest <= 3 && before + after >= 8 {
            return Some(2 + rest);
        }
        (before >= 6 && after >= 4).then_some(10)
    }

    fn cut(&mut self) {
        self.found.sort();
        self.found.truncate(MOST);
    }

    /// What was found.
    pub(super) fn best(mut self) -> Vec<String> {
        self.cut();
        self.found.into_iter().map(|(_, address)| address).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Near;

    #[test]
    fn a_slip_of_the_hand_finds_its_address() {
        let known =
            ["0x7e9658f374e65df22c32706c10951b088dee5184", "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"];
        let best = |wanted: &str| {
            let mut near = Near::to(wanted);
            known.into_iter().for_each(|address| near.look(address));
            near.best()
        };
        for wanted in [
            "0x7e9658f374e65df22c32706c10951b088dee5185",
            "0x7e9658f374e65df22c32706c10951b08dee5184",
            "0x7e9658f374e65df22c32706c10951b088dee51844",
            "0x7e9658",
            "0x7e9658f3000000000000000000000000ffff5184",
        ] {
            assert_eq!(best(wanted), [known[0]], "{wanted}");
        }
        assert_eq!(best("BC1QXY2KGDYGJRSQTZQ2N0YRF2493P83KKFJHX0WLH"), [known[1]]);
        assert!(best("0x1111111111111111111111111111111111111111").is_empty());
    }
}
