//! What a disassembler reads in the bytes of every operation, with registers from all banks.

use iced_x86::{Decoder, DecoderOptions, Formatter, NasmFormatter};
use neuropil_ir::kernel::{Binary, Logic, Precision};

use super::super::allocate::{Location, Placed, Placing};
use super::super::code::{Bitwise, Operation, Predicate};
use super::super::emit::emit;
use super::super::numbers::{Constant, Number, Numbers};
use super::super::target::{Bank, Shape, Target};

use Location::{None as Nothing, Number as Uniform, Pool, Register};

/// The instructions of the round of a function, as text.
fn decoded(bytes: &[u8]) -> Vec<String> {
    let mut decoder = Decoder::new(64, bytes, DecoderOptions::NONE);
    let mut formatter = NasmFormatter::new();
    formatter
        .options_mut()
        .set_space_after_operand_separator(true);
    formatter.options_mut().set_hex_prefix("0x");
    formatter.options_mut().set_hex_suffix("");
    formatter
        .options_mut()
        .set_small_hex_numbers_in_decimal(true);
    let mut lines = Vec::new();
    while decoder.can_decode() {
        let instruction = decoder.decode();
        assert!(!instruction.is_invalid(), "{lines:?}");
        let mut text = String::new();
        formatter.format(&instruction, &mut text);
        lines.push(text);
    }
    lines
}

/// The lines of one operation.
fn lines(shape: Shape, placed: Placed, arrays: usize) -> Vec<String> {
    let mut numbers = Numbers::new(shape);
    numbers.constant(Constant::Lane(1));
    numbers.constant(Constant::Lane(2));
    numbers.constant(Constant::Quad(1 << 40));
    numbers.constant(Constant::Count32);
    numbers.number(Number::Uniform(0));
    numbers.number(Number::Uniform(1));
    let placing = Placing {
        instructions: vec![placed],
        ..Placing::default()
    };
    let all = decoded(&emit(&placing, &numbers, shape, arrays, 2, 2));
    let before = decoded(&emit(&Placing::default(), &numbers, shape, arrays, 2, 2));
    // The loop starts behind the padding and ends with three instructions, then the way out.
    let end = all.len() - 3 - 8;
    let start = before.len() - 3 - 8;
    all[start..end].to_vec()
}

struct Case {
    operation: Operation,
    out: u8,
    inputs: [Location; 3],
    copy: u32,
    bank: Bank,
}

fn case(operation: Operation, out: u8, inputs: [Location; 3]) -> Case {
    Case {
        operation,
        out,
        inputs,
        copy: 1,
        bank: Bank::Vector,
    }
}

/// What was found, where it is not what was expected.
fn differs(
    target: Target,
    precision: Precision,
    arrays: usize,
    case: &Case,
    expected: &str,
) -> Option<String> {
    let placed = Placed {
        operation: case.operation,
        out: case.out,
        inputs: case.inputs,
        copy: case.copy,
        bank: case.bank,
    };
    let found = lines(Shape { target, precision }, placed, arrays).join("; ");
    (found != expected).then(|| format!("{found}\n  expected {expected}"))
}

const R: fn(u8) -> Location = Register;

#[test]
fn avx512() {
    let ps = Precision::F32;
    let pd = Precision::F64;
    let k = |operation, out, inputs| Case {
        bank: Bank::Mask,
        ..case(operation, out, inputs)
    };
    let signed = true;
    let rows: Vec<(Precision, Case, &str)> = vec![
        (
            ps,
            case(
                Operation::Arithmetic(Binary::Add),
                1,
                [R(18), R(31), Nothing],
            ),
            "vaddps zmm1, zmm18, zmm31",
        ),
        (
            pd,
            case(
                Operation::Arithmetic(Binary::Sub),
                17,
                [R(9), R(10), Nothing],
            ),
            "vsubpd zmm17, zmm9, zmm10",
        ),
        (
            pd,
            case(
                Operation::Arithmetic(Binary::Mul),
                30,
                [R(3), Pool(1), Nothing],
            ),
            "vmulpd zmm30, zmm3, [rdx+8]{1to8}",
        ),
        (
            ps,
            case(
                Operation::Arithmetic(Binary::Div),
                8,
                [R(24), Uniform(1), Nothing],
            ),
            "vdivps zmm8, zmm24, [r8+8]{1to16}",
        ),
        (
            ps,
            case(
                Operation::Arithmetic(Binary::Min),
                0,
                [R(0), R(16), Nothing],
            ),
            "vminps zmm0, zmm0, zmm16",
        ),
        (
            pd,
            case(
                Operation::Arithmetic(Binary::Max),
                31,
                [R(31), Pool(0), Nothing],
            ),
            "vmaxpd zmm31, zmm31, [rdx]{1to8}",
        ),
        (
            pd,
            case(Operation::Sqrt, 20, [R(11), Nothing, Nothing]),
            "vsqrtpd zmm20, zmm11",
        ),
        (
            ps,
            case(
                Operation::Round { down: true },
                4,
                [R(29), Nothing, Nothing],
            ),
            "vrndscaleps zmm4, zmm29, 9",
        ),
        (
            pd,
            case(
                Operation::Round { down: false },
                14,
                [R(2), Nothing, Nothing],
            ),
            "vrndscalepd zmm14, zmm2, 8",
        ),
        (
            ps,
            case(Operation::Fused { negated: false }, 5, [R(6), R(22), R(5)]),
            "vfmadd231ps zmm5, zmm6, zmm22",
        ),
        (
            ps,
            case(
                Operation::Fused { negated: false },
                5,
                [R(5), R(22), Pool(0)],
            ),
            "vfmadd213ps zmm5, zmm22, [rdx]{1to16}",
        ),
        (
            pd,
            case(
                Operation::Fused { negated: true },
                25,
                [R(25), Pool(1), R(12)],
            ),
            "vfnmadd132pd zmm25, zmm12, [rdx+8]{1to8}",
        ),
        (
            pd,
            case(
                Operation::Fused { negated: true },
                25,
                [Uniform(0), R(7), R(25)],
            ),
            "vfnmadd231pd zmm25, zmm7, [r8]{1to8}",
        ),
        (
            ps,
            case(Operation::Fused { negated: true }, 13, [R(9), R(13), R(10)]),
            "vfnmadd213ps zmm13, zmm9, zmm10",
        ),
        (
            pd,
            k(Operation::Compare(Predicate::Lt), 3, [R(17), R(4), Nothing]),
            "vcmplt_oqpd k3, zmm17, zmm4",
        ),
        (
            ps,
            k(
                Operation::Compare(Predicate::NotLt),
                7,
                [R(1), Pool(0), Nothing],
            ),
            "vcmpnlt_uqps k7, zmm1, [rdx]{1to16}",
        ),
        (
            pd,
            k(
                Operation::CompareWithin(Predicate::NotGe),
                2,
                [R(17), R(4), R(5)],
            ),
            "vcmpnge_uqpd k2{k5}, zmm17, zmm4",
        ),
        (
            ps,
            k(
                Operation::CompareWithin(Predicate::NotLe),
                1,
                [R(31), Pool(0), R(1)],
            ),
            "vcmpnle_uqps k1{k1}, zmm31, [rdx]{1to16}",
        ),
        (
            pd,
            k(
                Operation::Compare(Predicate::NotGt),
                6,
                [R(0), R(9), Nothing],
            ),
            "vcmpngt_uqpd k6, zmm0, zmm9",
        ),
        (
            pd,
            k(
                Operation::TestBits { none: true },
                3,
                [R(20), Pool(0), Nothing],
            ),
            "vptestnmq k3, zmm20, [rdx]{1to8}",
        ),
        (
            ps,
            k(
                Operation::TestBits { none: false },
                4,
                [R(2), R(30), Nothing],
            ),
            "vptestmd k4, zmm2, zmm30",
        ),
        (
            ps,
            k(Operation::MaskLogic(Logic::And), 1, [R(2), R(3), Nothing]),
            "kandw k1, k2, k3",
        ),
        (
            ps,
            k(Operation::MaskLogic(Logic::Or), 4, [R(5), R(6), Nothing]),
            "korw k4, k5, k6",
        ),
        (
            pd,
            k(Operation::MaskLogic(Logic::Xor), 7, [R(7), R(1), Nothing]),
            "kxorw k7, k7, k1",
        ),
        (
            pd,
            k(Operation::MaskNot, 2, [R(6), Nothing, Nothing]),
            "knotw k2, k6",
        ),
        (
            pd,
            case(Operation::Select, 8, [R(3), R(19), R(27)]),
            "vblendmpd zmm8{k3}, zmm27, zmm19",
        ),
        (
            ps,
            case(Operation::Select, 8, [R(5), Pool(1), R(7)]),
            "vblendmps zmm8{k5}, zmm7, [rdx+4]{1to16}",
        ),
        (
            ps,
            case(Operation::Keep, 21, [R(2), R(30), Nothing]),
            "vmovaps zmm21{k2}{z}, zmm30",
        ),
        (
            ps,
            case(
                Operation::Bitwise(Bitwise::And),
                3,
                [R(20), Pool(0), Nothing],
            ),
            "vandps zmm3, zmm20, [rdx]{1to16}",
        ),
        (
            ps,
            case(
                Operation::Bitwise(Bitwise::Or),
                3,
                [R(20), Pool(2), Nothing],
            ),
            "vorpd zmm3, zmm20, [rdx+8]{1to8}",
        ),
        (
            pd,
            case(Operation::Bitwise(Bitwise::Xor), 16, [R(1), R(2), Nothing]),
            "vxorpd zmm16, zmm1, zmm2",
        ),
        (
            pd,
            case(Operation::Xor3 { quad: true }, 6, [R(6), R(26), Pool(2)]),
            "vpternlogq zmm6, zmm26, [rdx+0x10]{1to8}, 0x96",
        ),
        (
            pd,
            case(Operation::Xor3 { quad: true }, 28, [R(5), R(28), R(7)]),
            "vpternlogq zmm28, zmm5, zmm7, 0x96",
        ),
        (
            ps,
            case(
                Operation::AddInteger { quad: false },
                1,
                [R(2), Pool(3), Nothing],
            ),
            "vpaddd zmm1, zmm2, [rdx+0x10]",
        ),
        (
            pd,
            case(
                Operation::AddInteger { quad: true },
                29,
                [R(2), R(18), Nothing],
            ),
            "vpaddq zmm29, zmm2, zmm18",
        ),
        (
            ps,
            case(
                Operation::SubInteger { quad: false },
                1,
                [R(2), Pool(0), Nothing],
            ),
            "vpsubd zmm1, zmm2, [rdx]{1to16}",
        ),
        (
            pd,
            case(
                Operation::SubInteger { quad: true },
                1,
                [R(2), Pool(0), Nothing],
            ),
            "vpsubq zmm1, zmm2, [rdx]{1to8}",
        ),
        (
            ps,
            case(Operation::MultiplyWide, 12, [R(18), Pool(2), Nothing]),
            "vpmuludq zmm12, zmm18, [rdx+8]{1to8}",
        ),
        (
            ps,
            case(
                Operation::Shift {
                    left: true,
                    by: 23,
                    quad: false,
                },
                23,
                [R(14), Nothing, Nothing],
            ),
            "vpslld zmm23, zmm14, 0x17",
        ),
        (
            pd,
            case(
                Operation::Shift {
                    left: false,
                    by: 52,
                    quad: true,
                },
                9,
                [R(30), Nothing, Nothing],
            ),
            "vpsrlq zmm9, zmm30, 0x34",
        ),
        (
            ps,
            case(Operation::Splat, 19, [Pool(1), Nothing, Nothing]),
            "vbroadcastss zmm19, [rdx+4]",
        ),
        (
            pd,
            case(Operation::Splat, 19, [Uniform(1), Nothing, Nothing]),
            "vbroadcastsd zmm19, [r8+8]",
        ),
        (
            pd,
            case(Operation::Zero, 22, [Nothing; 3]),
            "vpxord zmm22, zmm22, zmm22",
        ),
        (
            pd,
            case(Operation::Element { quad: true }, 24, [Nothing; 3]),
            "lea rax, [rsi+8]; add rax, [rdi+0x20]; vpbroadcastq zmm24, rax",
        ),
        (
            ps,
            case(Operation::Element { quad: false }, 24, [Nothing; 3]),
            "lea rax, [rsi+0x10]; add rax, [rdi+0x20]; vpbroadcastd zmm24, eax",
        ),
        (
            pd,
            case(Operation::Load { array: 0 }, 26, [Nothing; 3]),
            "vmovups zmm26, [r10+rsi*8+0x40]",
        ),
        (
            ps,
            case(Operation::Load { array: 3 }, 2, [Nothing; 3]),
            "vmovups zmm2, [rbp+rsi*4+0x40]",
        ),
        (
            ps,
            case(Operation::Load { array: 8 }, 2, [Nothing; 3]),
            "mov rax, [rdi+0x68]; vmovups zmm2, [rax+rsi*4+0x40]",
        ),
        (
            pd,
            case(Operation::LoadSigned { array: 4 }, 31, [Nothing; 3]),
            "vcvtdq2pd zmm31, [r12+rsi*4+0x20]",
        ),
        (
            pd,
            case(Operation::LoadUnsigned { array: 5 }, 31, [Nothing; 3]),
            "vcvtudq2pd zmm31, [r13+rsi*4+0x20]",
        ),
        (
            ps,
            case(
                Operation::LoadNarrow {
                    array: 1,
                    high: true,
                },
                16,
                [Nothing; 3],
            ),
            "vcvtpd2ps ymm16, [r11+rsi*8+0xC0]",
        ),
        (
            ps,
            case(Operation::Join, 16, [R(17), R(3), Nothing]),
            "vinsertf64x4 zmm16, zmm17, ymm3, 1",
        ),
        (
            ps,
            case(Operation::ToFloat { signed }, 16, [R(17), Nothing, Nothing]),
            "vcvtdq2ps zmm16, zmm17",
        ),
        (
            ps,
            case(
                Operation::ToFloat { signed: false },
                1,
                [R(17), Nothing, Nothing],
            ),
            "vcvtudq2ps zmm1, zmm17",
        ),
        (
            pd,
            case(Operation::Store { array: 6 }, 0, [R(27), Nothing, Nothing]),
            "vmovups [r14+rsi*8+0x40], zmm27",
        ),
        (
            pd,
            case(
                Operation::Clear { array: 2, bytes: 4 },
                0,
                [R(27), Nothing, Nothing],
            ),
            "vmovups [rbx+rsi*4+0x20], ymm27",
        ),
        (
            ps,
            case(
                Operation::Clear { array: 2, bytes: 8 },
                0,
                [R(1), Nothing, Nothing],
            ),
            "vmovups [rbx+rsi*8+0x80], zmm1; vmovups [rbx+rsi*8+0xC0], zmm1",
        ),
        (
            ps,
            k(Operation::Emit { emission: 1 }, 0, [R(5), Nothing, Nothing]),
            "mov r15, rsi; shr r15, 3; add r15, [rdi+0x78]; kmovw [r15+2], k5",
        ),
        (
            pd,
            k(Operation::Emit { emission: 0 }, 0, [R(5), Nothing, Nothing]),
            "mov r15, rsi; shr r15, 3; add r15, [rdi+0x70]; kmovb [r15+1], k5",
        ),
        (
            pd,
            case(Operation::Aside { side: 0 }, 0, [R(5), Nothing, Nothing]),
            "mov rax, [rdi+0x80]; vmovups [rax+rsi*8+0x40], zmm5",
        ),
        (
            pd,
            case(Operation::Move, 24, [R(7), Nothing, Nothing]),
            "vmovapd zmm24, zmm7",
        ),
        (
            pd,
            k(Operation::Move, 4, [R(7), Nothing, Nothing]),
            "kmovw k4, k7",
        ),
        (
            pd,
            case(Operation::Spill { slot: 3 }, 24, [Nothing; 3]),
            "vmovups [r9+0xC0], zmm24",
        ),
        (
            ps,
            k(Operation::Reload { slot: 1 }, 6, [Nothing; 3]),
            "kmovw k6, [r9+0x40]",
        ),
        (
            ps,
            k(Operation::Spill { slot: 1 }, 6, [Nothing; 3]),
            "kmovw [r9+0x40], k6",
        ),
    ];
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(precision, case, text)| differs(Target::Avx512, *precision, 9, case, text))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn avx2() {
    let ps = Precision::F32;
    let pd = Precision::F64;
    let rows: Vec<(Precision, Case, &str)> = vec![
        (
            ps,
            case(
                Operation::Arithmetic(Binary::Add),
                1,
                [R(12), R(15), Nothing],
            ),
            "vaddps ymm1, ymm12, ymm15",
        ),
        (
            pd,
            case(
                Operation::Arithmetic(Binary::Mul),
                10,
                [R(3), Pool(1), Nothing],
            ),
            "vmulpd ymm10, ymm3, [rdx+0x20]",
        ),
        (
            pd,
            case(Operation::Sqrt, 2, [R(11), Nothing, Nothing]),
            "vsqrtpd ymm2, ymm11",
        ),
        (
            ps,
            case(Operation::Round { down: true }, 4, [R(9), Nothing, Nothing]),
            "vroundps ymm4, ymm9, 9",
        ),
        (
            pd,
            case(
                Operation::Round { down: false },
                14,
                [R(2), Nothing, Nothing],
            ),
            "vroundpd ymm14, ymm2, 8",
        ),
        (
            ps,
            case(Operation::Fused { negated: false }, 5, [R(6), R(12), R(5)]),
            "vfmadd231ps ymm5, ymm6, ymm12",
        ),
        (
            pd,
            case(
                Operation::Fused { negated: true },
                5,
                [R(5), Pool(1), R(12)],
            ),
            "vfnmadd132pd ymm5, ymm12, [rdx+0x20]",
        ),
        (
            pd,
            case(Operation::Compare(Predicate::Ge), 3, [R(7), R(14), Nothing]),
            "vcmpge_oqpd ymm3, ymm7, ymm14",
        ),
        (
            ps,
            case(Operation::MaskLogic(Logic::And), 1, [R(2), R(13), Nothing]),
            "vandps ymm1, ymm2, ymm13",
        ),
        (
            ps,
            case(Operation::Select, 8, [R(15), R(1), R(7)]),
            "vblendvps ymm8, ymm7, ymm1, ymm15",
        ),
        (
            pd,
            case(Operation::Select, 8, [R(5), Pool(0), R(7)]),
            "vblendvpd ymm8, ymm7, [rdx], ymm5",
        ),
        (
            pd,
            case(Operation::Keep, 11, [R(2), R(3), Nothing]),
            "vandpd ymm11, ymm2, ymm3",
        ),
        (
            ps,
            case(
                Operation::Bitwise(Bitwise::Or),
                3,
                [R(10), Pool(2), Nothing],
            ),
            "vorps ymm3, ymm10, [rdx+0x40]",
        ),
        (
            ps,
            case(
                Operation::AddInteger { quad: false },
                1,
                [R(2), Pool(3), Nothing],
            ),
            "vpaddd ymm1, ymm2, [rdx+0x60]",
        ),
        (
            pd,
            case(
                Operation::SubInteger { quad: true },
                1,
                [R(2), R(9), Nothing],
            ),
            "vpsubq ymm1, ymm2, ymm9",
        ),
        (
            ps,
            case(Operation::MultiplyWide, 12, [R(8), Pool(2), Nothing]),
            "vpmuludq ymm12, ymm8, [rdx+0x40]",
        ),
        (
            ps,
            case(
                Operation::Shift {
                    left: false,
                    by: 9,
                    quad: false,
                },
                13,
                [R(14), Nothing, Nothing],
            ),
            "vpsrld ymm13, ymm14, 9",
        ),
        (
            pd,
            case(
                Operation::Shift {
                    left: true,
                    by: 52,
                    quad: true,
                },
                9,
                [R(3), Nothing, Nothing],
            ),
            "vpsllq ymm9, ymm3, 0x34",
        ),
        (
            ps,
            case(Operation::Splat, 9, [Uniform(1), Nothing, Nothing]),
            "vmovups ymm9, [r8+0x20]",
        ),
        (
            pd,
            case(Operation::Zero, 12, [Nothing; 3]),
            "vpxor ymm12, ymm12, ymm12",
        ),
        (
            pd,
            case(Operation::Element { quad: true }, 14, [Nothing; 3]),
            "lea rax, [rsi+4]; add rax, [rdi+0x20]; vmovq xmm14, rax; vpbroadcastq ymm14, xmm14",
        ),
        (
            ps,
            case(Operation::Element { quad: false }, 4, [Nothing; 3]),
            "lea rax, [rsi+8]; add rax, [rdi+0x20]; vmovd xmm4, eax; vpbroadcastd ymm4, xmm4",
        ),
        (
            pd,
            case(Operation::Load { array: 0 }, 6, [Nothing; 3]),
            "vmovups ymm6, [r10+rsi*8+0x20]",
        ),
        (
            pd,
            case(Operation::LoadSigned { array: 4 }, 11, [Nothing; 3]),
            "vcvtdq2pd ymm11, [r12+rsi*4+0x10]",
        ),
        (
            pd,
            case(Operation::LoadExtended { array: 5 }, 11, [Nothing; 3]),
            "vpmovzxdq ymm11, [r13+rsi*4+0x10]",
        ),
        (
            ps,
            case(
                Operation::LoadNarrow {
                    array: 1,
                    high: true,
                },
                6,
                [Nothing; 3],
            ),
            "vcvtpd2ps xmm6, yword [r11+rsi*8+0x60]",
        ),
        (
            ps,
            case(Operation::Join, 6, [R(7), R(13), Nothing]),
            "vinsertf128 ymm6, ymm7, xmm13, 1",
        ),
        (
            ps,
            case(
                Operation::ToFloat { signed: true },
                6,
                [R(7), Nothing, Nothing],
            ),
            "vcvtdq2ps ymm6, ymm7",
        ),
        (
            pd,
            case(Operation::Store { array: 6 }, 0, [R(7), Nothing, Nothing]),
            "vmovups [r14+rsi*8+0x20], ymm7",
        ),
        (
            pd,
            case(
                Operation::Clear { array: 2, bytes: 4 },
                0,
                [R(7), Nothing, Nothing],
            ),
            "vmovups [rbx+rsi*4+0x10], xmm7",
        ),
        (
            ps,
            case(Operation::Emit { emission: 1 }, 0, [R(5), Nothing, Nothing]),
            "mov r15, rsi; shr r15, 3; add r15, [rdi+0x78]; vmovmskps eax, ymm5; mov [r15+1], al",
        ),
        (
            pd,
            case(
                Operation::Emit { emission: 0 },
                0,
                [R(15), Nothing, Nothing],
            ),
            "mov r15, rsi; shr r15, 2; add r15, [rdi+0x70]; vmovmskpd eax, ymm15; mov [r15+1], al",
        ),
        (
            pd,
            case(Operation::Move, 14, [R(7), Nothing, Nothing]),
            "vmovapd ymm14, ymm7",
        ),
        (
            pd,
            case(Operation::Reload { slot: 3 }, 4, [Nothing; 3]),
            "vmovups ymm4, [r9+0x60]",
        ),
    ];
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(precision, case, text)| differs(Target::Avx2, *precision, 9, case, text))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every register of every field: what the disassembler names is what was asked for.
#[test]
fn all_registers() {
    for target in [Target::Avx2, Target::Avx512] {
        let count = target.registers(Bank::Vector);
        let name = if target == Target::Avx2 { "ymm" } else { "zmm" };
        for at in 0..count {
            let [out, a, b] = [at, (at * 7 + 3) % count, (at * 5 + 11) % count];
            let add = case(
                Operation::Arithmetic(Binary::Add),
                out,
                [R(a), R(b), Nothing],
            );
            let expected = format!("vaddps {name}{out}, {name}{a}, {name}{b}");
            assert_eq!(differs(target, Precision::F32, 0, &add, &expected), None);
        }
    }
}

/// The function saves what it must and comes back where it ends.
#[test]
fn frame_of_the_function() {
    let shape = Shape {
        target: Target::Avx512,
        precision: Precision::F64,
    };
    let numbers = Numbers::new(shape);
    let text = decoded(&emit(&Placing::default(), &numbers, shape, 1, 0, 2));
    let head = "push rbx; push rbp; push r12; push r13; push r14; push r15; mov rcx, [rdi]; \
                mov rdx, [rdi+8]; mov r8, [rdi+0x10]; mov r9, [rdi+0x18]; mov r10, [rdi+0x28]; \
                xor rsi, rsi";
    assert_eq!(text[..12].join("; "), head);
    let tail = "add rsi, 0x10; dec rcx; jne near 0x0000000000000040; vzeroupper; pop r15; pop r14; pop r13; pop r12; \
                pop rbp; pop rbx; ret";
    assert_eq!(text[text.len() - 11..].join("; "), tail);
}
