//! Who is told what is under way: a bar on a terminal, a callback, nobody.

/// A bar over something long. It goes away when it is dropped.
pub trait Bar: Send + Sync {
    /// So many bytes are done.
    fn set_position(&self, bytes: u64);
    /// It is done.
    fn finish_and_clear(&self);
}

/// Told what is under way.
pub trait Watch: Sync {
    /// Something of so many bytes begins; `None` where their number is not known.
    fn bytes(&self, total: Option<u64>, what: &'static str) -> Box<dyn Bar>;
    /// Something long begins, of which nobody knows how long.
    fn busy(&self, what: &'static str) -> Box<dyn Bar>;
    /// Something is to be known that is no part of a result.
    fn note(&self, text: &str);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Bar for Silent {
    fn set_position(&self, _bytes: u64) {}

    fn finish_and_clear(&self) {}
}

impl Watch for Silent {
    fn bytes(&self, _total: Option<u64>, _what: &'static str) -> Box<dyn Bar> {
        Box::new(Self)
    }

    fn busy(&self, _what: &'static str) -> Box<dyn Bar> {
        Box::new(Self)
    }

    fn note(&self, _text: &str) {}
}
