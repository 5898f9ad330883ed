//! Digits to numbers and bytes: 32 at a step, on processors with AVX2.
//!
//! `pulp` finds out at run time whether the processor has it, and makes its instructions safe to call. Whatever is
//! out of the ordinary goes to [`Words`], which is also what tests hold this against.

use super::digits::{Digits, Words};
use bytemuck::pod_read_unaligned;
use core::arch::x86_64::{__m128i, __m256i};
use pulp::NullaryFnOnce;
use pulp::x86::V3;

/// Proof that the processor has AVX2.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vectors(V3);

impl Vectors {
    /// Asks the processor.
    pub(super) fn new() -> Option<Self> {
        V3::try_new().map(Self)
    }

    /// Does something with code that is made for this processor, as far as it is inlined.
    #[inline(always)]
    pub(super) fn run<R>(self, work: impl FnOnce() -> R) -> R {
        self.0.vectorize(Work(work))
    }
}

struct Work<F>(F);

impl<R, F: FnOnce() -> R> NullaryFnOnce for Work<F> {
    type Output = R;

    #[inline(always)]
    fn call(self) -> R {
        (self.0)()
    }
}

/// `WINDOW[n..n + 32]` is 32 - n zeros and n ones: what is left of 32 bytes of which the last n are digits.
const WINDOW: [u8; 64] = {
    let mut window = [0; 64];
    let mut at = 32;
    while at < 64 {
        window[at] = 0xff;
        at += 1;
    }
    window
};

/// `TO_THE_END[n..n + 16]` moves n bytes to the end of 16, and makes those before them 0.
const TO_THE_END: [u8; 32] = {
    let mut places = [0x80; 32];
    let mut at = 0_u8;
    while at < 16 {
        places[at as usize + 16] = at;
        at += 1;
    }
    places
};

impl Vectors {
    /// The bytes that 32 hex digits write, in the lower half. Where one is none, some bit of `odd` is set.
    #[inline(always)]
    fn hex32(self, text: __m256i, odd: &mut u64) -> __m128i {
        let Self(V3 { avx, avx2, .. }) = self;
        let digit = avx2._mm256_sub_epi8(text, avx._mm256_set1_epi8(b'0'.cast_signed()));
        let letter = avx2._mm256_sub_epi8(text, avx._mm256_set1_epi8(b'a'.cast_signed()));
        let is_digit = avx2._mm256_cmpeq_epi8(avx2._mm256_min_epu8(digit, avx._mm256_set1_epi8(9)), digit);
        let is_letter = avx2._mm256_cmpeq_epi8(avx2._mm256_min_epu8(letter, avx._mm256_set1_epi8(5)), letter);
        let is_hex = avx2._mm256_movemask_epi8(avx2._mm256_or_si256(is_digit, is_letter));
        *odd |= u64::from(!is_hex.cast_unsigned());
        let letter = avx2._mm256_add_epi8(letter, avx._mm256_set1_epi8(10));
        let nibbles = avx2._mm256_blendv_epi8(letter, digit, is_digit);
        // The first digit of a pair is the higher one.
        let pairs = avx2._mm256_maddubs_epi16(nibbles, avx._mm256_set1_epi16(0x0110));
        let bytes = avx2._mm256_packus_epi16(pairs, pairs);
        avx._mm256_castsi256_si128(avx2._mm256_permute4x64_epi64::<0b1000>(bytes))
    }

    /// The two numbers that 32 decimal digits write, sixteen each; the digits as numbers from 0 to 9.
    #[inline(always)]
    fn decimal32(self, digits: __m256i) -> [u64; 2] {
        let Self(V3 { avx, avx2, .. }) = self;
        let pairs = avx2._mm256_maddubs_epi16(digits, avx._mm256_set1_epi16(0x010a));
        let quads = avx2._mm256_madd_epi16(pairs, avx._mm256_set1_epi32(0x0001_0064));
        let quads = avx2._mm256_packus_epi32(quads, quads);
        let eights = avx2._mm256_madd_epi16(quads, avx._mm256_set1_epi32(0x0001_2710));
        let [first, _, second, _]: [u64; 4] = bytemuck::cast(eights);
        [first, second].map(of_two_eights)
    }

    /// The number that sixteen decimal digits write; the digits as numbers from 0 to 9.
    #[inline(always)]
    fn decimal16(self, digits: __m128i) -> u64 {
        let Self(V3 { sse2, ssse3, sse4_1, .. }) = self;
        let pairs = ssse3._mm_maddubs_epi16(digits, sse2._mm_set1_epi16(0x010a));
        let quads = sse2._mm_madd_epi16(pairs, sse2._mm_set1_epi32(0x0001_0064));
        let quads = sse4_1._mm_packus_epi32(quads, quads);
        let eights = sse2._mm_madd_epi16(quads, sse2._mm_set1_epi32(0x0001_2710));
        let [both, _]: [u64; 2] = bytemuck::cast(eights);
        of_two_eights(both)
    }
}

/// The first eight digits are the lower half, the next eight the higher one.
#[inline(always)]
const fn of_two_eights(both: u64) -> u64 {
    (both & 0xffff_ffff) * 100_000_000 + (both >> 32)
}

#[inline(always)]
fn begins_as_hex(digits: &[u8], odd: &mut u64) {
    *odd |= u64::from(u16::from_le_bytes([digits[0], digits[1]]) ^ u16::from_le_bytes(*b"0x"));
}

impl Digits for Vectors {
    #[inline(always)]
    fn address(self, text: &[u8], at: usize, odd: &mut u64) -> [u8; 20] {
        let mut bytes = [0; 20];
        let Some(digits) = text.get(at..at + 42) else {
            *odd = 1;
            return bytes;
        };
        begins_as_hex(digits, odd);
        // The last 32 digits overlap the first ones; each byte is written once, or reading it would wait.
        let first: [u8; 16] = bytemuck::cast(self.hex32(pod_read_unaligned(&digits[2..34]), odd));
        let last: [u8; 16] = bytemuck::cast(self.hex32(pod_read_unaligned(&digits[10..]), odd));
        bytes[..16].copy_from_slice(&first);
        bytes[16..].copy_from_slice(&last[12..]);
        bytes
    }

    #[inline(always)]
    fn hash(self, text: &[u8], at: usize, odd: &mut u64) -> [u8; 32] {
        let Some(digits) = text.get(at..at + 66) else {
            *odd = 1;
            return [0; 32];
        };
        begins_as_hex(digits, odd);
        let first = self.hex32(pod_read_unaligned(&digits[2..34]), odd);
        let second = self.hex32(pod_read_unaligned(&digits[34..]), odd);
        bytemuck::cast([first, second])
    }

    #[inline(always)]
    fn number(self, text: &[u8], at: usize) -> Option<(u64, usize)> {
        let Self(V3 { sse2, ssse3, .. }) = self;
        let bytes: __m128i = pod_read_unaligned(text.get(at..at + 16)?);
        let digits = sse2._mm_sub_epi8(bytes, sse2._mm_set1_epi8(b'0'.cast_signed()));
        let is_digit = sse2._mm_cmpeq_epi8(sse2._mm_min_epu8(digits, sse2._mm_set1_epi8(9)), digits);
        let count = sse2._mm_movemask_epi8(is_digit).trailing_ones() as usize;
        if count == 0 || count == 16 {
            return Words.number(text, at);
        }
        let places = pod_read_unaligned(&TO_THE_END[count..count + 16]);
        Some((self.decimal16(ssse3._mm_shuffle_epi8(digits, places)), at + count))
    }

    #[inline(always)]
    fn amount(self, text: &[u8], at: usize) -> Option<(u128, usize)> {
        let Self(V3 { avx, avx2, .. }) = self;
        let zero = avx._mm256_set1_epi8(b'0'.cast_signed());
        let bytes: __m256i = pod_read_unaligned(text.get(at..at + 32)?);
        let digits = avx2._mm256_sub_epi8(bytes, zero);
        let is_digit = avx2._mm256_cmpeq_epi8(avx2._mm256_min_epu8(digits, avx._mm256_set1_epi8(9)), digits);
        let count = avx2._mm256_movemask_epi8(is_digit).trailing_ones() as usize;
        let end = at + count;
        if count == 0 || count == 32 || end < 32 {
            return Words.amount(text, at);
        }
        // Whatever its length is, the amount is the last of the 32 digits that end where it does.
        let bytes: __m256i = pod_read_unaligned(text.get(end - 32..end)?);
        let window = pod_read_unaligned(&WINDOW[count..count + 32]);
        let digits = avx2._mm256_and_si256(avx2._mm256_sub_epi8(bytes, zero), window);
        let [first, second] = self.decimal32(digits);
        Some((u128::from(first) * 10_000_000_000_000_000 + u128::from(second), end))
    }
}

#[cfg(test)]
mod tests {
    use super::{Digits, Vectors, Words};

    /// Both ways' answers, of the text at a place inside of other text.
    fn same(text: &[u8]) {
        let Some(vectors) = Vectors::new() else { return };
        for before in [0, 1, 31, 40] {
            let mut padded = vec![b'7'; before];
            padded.extend_from_slice(text);
            padded.resize(padded.len() + 72, 0);
            let shown = String::from_utf8_lossy(text);
            assert_eq!(vectors.number(&padded, before), Words.number(&padded, before), "{shown}");
            assert_eq!(vectors.amount(&padded, before), Words.amount(&padded, before), "{shown}");
            let (mut odd, mut expected) = (0, 0);
            let address = vectors.address(&padded, before, &mut odd);
            let expected_address = Words.address(&padded, before, &mut expected);
            assert_eq!(
                (odd == 0, odd == 0 && address != expected_address),
                (expected == 0, false),
                "{shown}"
            );
            let (mut odd, mut expected) = (0, 0);
            let hash = vectors.hash(&padded, before, &mut odd);
            let expected_hash = Words.hash(&padded, before, &mut expected);
            assert_eq!((odd == 0, odd == 0 && hash != expected_hash), (expected == 0, false), "{shown}");
        }
    }

    #[test]
    fn every_byte_in_every_place_of_hex_is_read_as_words_read_it() {
        let text = *b"0x09afbc5109afbc51de8763422109afbc51770011223344556677889900aabbccdd";
        for place in 0..text.len() {
            for byte in 0..=u8::MAX {
                let mut text = text;
                text[place] = byte;
                same(&text);
            }
        }
    }

    #[test]
    fn decimals_of_every_length_are_read_as_words_read_them() {
        for length in 0..50 {
            for digits in ["9", "0", "1", "1234567890", "0000000000000000000000000000001"] {
                let text: String = digits.chars().cycle().take(length).collect();
                same(text.as_bytes());
                for place in 0..length {
                    for byte in [b'/', b':', b',', b'\n', b'-', b'+', b' ', 0, 0xff, b'0' | 0x80, b'a'] {
                        let mut text = text.clone().into_bytes();
                        text[place] = byte;
                        same(&text);
                    }
                }
            }
        }
        for edge in [u128::from(u64::MAX), u128::MAX - 1, 10_u128.pow(16), 10_u128.pow(32)] {
            for number in [edge - 1, edge, edge + 1] {
                same(number.to_string().as_bytes());
            }
        }
    }
}
