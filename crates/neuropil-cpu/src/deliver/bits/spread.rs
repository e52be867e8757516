//! Spreads numbers whose digits lie in planes of bits to integers.
//!
//! A digit of 64 (32) targets becomes as many bytes in two (four) instructions, so the numbers are
//! put together as bytes, of eight digits, and widened once.

use super::slices::{Bits, LANES};

/// A way to spread planes.
pub(super) trait Spread {
    /// Adds to every count its number, if `MANY` a number of times, else once; the number has a digit
    /// in each plane, of which there are at most eight.
    ///
    /// # Safety
    ///
    /// The processor has the instructions that the type is named after.
    unsafe fn spread<const MANY: bool>(planes: &[Bits], times: u32, counts: &mut [u32; LANES]);
}

/// With what every processor has.
pub(super) struct Portable;

impl Spread for Portable {
    unsafe fn spread<const MANY: bool>(planes: &[Bits], times: u32, counts: &mut [u32; LANES]) {
        for (word, counts) in counts.as_chunks_mut::<64>().0.iter_mut().enumerate() {
            let mut value = if MANY { times } else { 1 };
            for plane in planes {
                for (bit, count) in counts.iter_mut().enumerate() {
                    let set = (plane[word] >> bit) & 1;
                    *count = count.wrapping_add(value * set as u32);
                }
                value = value.wrapping_mul(2);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86_64::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::x86_64::{
        _mm_srli_si128, _mm256_add_epi8, _mm256_add_epi32, _mm256_and_si256,
        _mm256_castsi256_si128, _mm256_cmpeq_epi8, _mm256_cvtepu8_epi32, _mm256_extracti128_si256,
        _mm256_loadu_si256, _mm256_mullo_epi32, _mm256_or_si256, _mm256_set1_epi8,
        _mm256_set1_epi32, _mm256_set1_epi64x, _mm256_setr_epi64x, _mm256_setzero_si256,
        _mm256_shuffle_epi8, _mm256_storeu_si256, _mm512_add_epi8, _mm512_add_epi32,
        _mm512_castsi512_si128, _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32,
        _mm512_loadu_si512, _mm512_mask_add_epi8, _mm512_mullo_epi32, _mm512_set1_epi8,
        _mm512_set1_epi32, _mm512_setzero_si512, _mm512_storeu_si512,
    };

    use super::{Bits, LANES, Spread};

    /// With vectors of 256 bits.
    pub(in super::super) struct Avx2;

    /// With vectors of 512 bits.
    pub(in super::super) struct Avx512;

    impl Spread for Avx2 {
        #[inline]
        #[target_feature(enable = "avx2")]
        unsafe fn spread<const MANY: bool>(planes: &[Bits], times: u32, counts: &mut [u32; LANES]) {
            // Byte i of a vector looks at byte i / 8 of four, and in it at bit i % 8.
            let bytes = _mm256_setr_epi64x(
                0,
                0x0101_0101_0101_0101,
                0x0202_0202_0202_0202,
                0x0303_0303_0303_0303,
            );
            let bits = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
            let times = _mm256_set1_epi32(times as i32);
            for (at, counts) in counts.as_chunks_mut::<32>().0.iter_mut().enumerate() {
                let mut sum = _mm256_setzero_si256();
                let mut digit = _mm256_set1_epi8(1);
                for plane in planes {
                    let word = (plane[at / 2] >> (32 * (at % 2))) as i32;
                    let spread = _mm256_shuffle_epi8(_mm256_set1_epi32(word), bytes);
                    let set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bits), bits);
                    sum = _mm256_or_si256(sum, _mm256_and_si256(set, digit));
                    digit = _mm256_add_epi8(digit, digit);
                }
                let (low, high) = (
                    _mm256_castsi256_si128(sum),
                    _mm256_extracti128_si256::<1>(sum),
                );
                let eights = [
                    low,
                    _mm_srli_si128::<8>(low),
                    high,
                    _mm_srli_si128::<8>(high),
                ];
                for (eight, counts) in eights.into_iter().zip(counts.as_chunks_mut::<8>().0) {
                    let mut sum = _mm256_cvtepu8_epi32(eight);
                    if MANY {
                        sum = _mm256_mullo_epi32(sum, times);
                    }
                    let place = counts.as_mut_ptr().cast();
                    // SAFETY: eight counts are as long as the vector.
                    let count = unsafe { _mm256_loadu_si256(place) };
                    let count = _mm256_add_epi32(count, sum);
                    // SAFETY: as above.
                    unsafe { _mm256_storeu_si256(place, count) };
                }
            }
        }
    }

    impl Spread for Avx512 {
        #[inline]
        #[target_feature(enable = "avx2,avx512f,avx512bw")]
        unsafe fn spread<const MANY: bool>(planes: &[Bits], times: u32, counts: &mut [u32; LANES]) {
            let times = _mm512_set1_epi32(times as i32);
            for (word, counts) in counts.as_chunks_mut::<64>().0.iter_mut().enumerate() {
                let mut sum = _mm512_setzero_si512();
                let mut digit = _mm512_set1_epi8(1);
                for plane in planes {
                    sum = _mm512_mask_add_epi8(sum, plane[word], sum, digit);
                    digit = _mm512_add_epi8(digit, digit);
                }
                let sixteens = [
                    _mm512_castsi512_si128(sum),
                    _mm512_extracti32x4_epi32::<1>(sum),
                    _mm512_extracti32x4_epi32::<2>(sum),
                    _mm512_extracti32x4_epi32::<3>(sum),
                ];
                for (sixteen, counts) in sixteens.into_iter().zip(counts.as_chunks_mut::<16>().0) {
                    let mut sum = _mm512_cvtepu8_epi32(sixteen);
                    if MANY {
                        sum = _mm512_mullo_epi32(sum, times);
                    }
                    let place = counts.as_mut_ptr().cast();
                    // SAFETY: sixteen counts are as long as the vector.
                    let count = unsafe { _mm512_loadu_si512(place) };
                    let count = _mm512_add_epi32(count, sum);
                    // SAFETY: as above.
                    unsafe { _mm512_storeu_si512(place, count) };
                }
            }
        }
    }
}
