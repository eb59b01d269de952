"""Writes tokenizers/models/*.json: small tokenizers of every kind, trained by Hugging Face's own library, and what it makes of texts.

    python -m venv venv && venv/bin/pip install tokenizers
    venv/bin/python make_tokenizers.py
"""

import json
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent / "tokenizers" / "models"
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = QWEN.replace(r"\p{N}|", r"\p{N}{1,3}|")
TEXTS = [
    "Hello, world!", " leading and  double   spaces ", "I'LL say it's don't WE'RE", "3.14159 and 1234567 or ٣٤٥",
    "Zürich, São Paulo, København und Łódź", "東京は日本の首都です。", "Привет, как дела?", "مرحبا بالعالم", "नमस्ते दुनिया",
    "안녕하세요 세계", "👩‍🚀 🏳️‍🌈 emoji", "line\nbreaks\r\n\n\ttabs\n\n  indented", "naïve—“quoted” … e\u0301 \u00e9",
    "x\u0085y\ufeffz \u00a0nbsp\u3000wide", "'\u017fo IT'\u017f \u212a", "def f(x):\n    return x**2  # comment\n",
    '<tool_call>{"a": 1}</tool_call>', "a<|end|>b", "<s>a</s> b", "\u1e9b\u0323 \u2126 \ufb01", "ไทย ภาษา", "₿ 𝕏 𐍈 🤯",
    "▁ sign", "", " ", "\n", "a" * 60, "http://example.com/a_b?c=d&e=f#g", "[MASK] it\u200bself \x00\x07 ¿qué?", "a" * 120 + " b",
]
CORPUS = TEXTS + [
    "The capital of France is Paris. The capital of Peru is Lima. The quick brown fox jumps over the lazy dog.",
    "It's the chemical element iron, atomic number 26, isn't it? Say what you mean, and mean what you say.",
    "def main():\n    for name in names:\n        print(name)\n    return 0\n",
]


def byte_level(name, pre_tokenizer, added, normalizer=None, begin=None, whole_words=False):
    tokenizer = Tokenizer(models.BPE(ignore_merges=whole_words))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=420, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    )
    for token in added:
        tokenizer.add_tokens([token]) if not token.special else tokenizer.add_special_tokens([token])
    if begin:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A", pair=f"{begin} $A {begin} $B", special_tokens=[(begin, tokenizer.token_to_id(begin))]
        )
    if whole_words:  # a word that no merge leads to
        described = json.loads(tokenizer.to_str())
        described["model"]["merges"] = [m for m in described["model"]["merges"] if "".join(m) != "Ġthe"][:-20]
        tokenizer = Tokenizer.from_str(json.dumps(described))
    write(name, tokenizer)


def sentence_piece(name, normalizer, pre_tokenizer):
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    corpus = [text for text in CORPUS if text.isascii()]
    trainer = trainers.BpeTrainer(vocab_size=480, special_tokens=["<unk>", "<s>", "</s>", *bytes_], show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    described = json.loads(tokenizer.to_str())
    described["added_tokens"] = described["added_tokens"][:3]
    tokenizer = Tokenizer.from_str(json.dumps(described))
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    write(name, tokenizer)


def word_piece(name, **options):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(**options)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    corpus = [text for text in CORPUS if "🤯" not in text]
    trainer = trainers.WordPieceTrainer(vocab_size=330, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    write(name, tokenizer)


def write(name, tokenizer):
    encoded = [tokenizer.encode(text, add_special_tokens=False).ids for text in TEXTS]
    expected = [
        dict(text=text, ids=ids, own=tokenizer.encode(text).ids, decoded=tokenizer.decode(ids, skip_special_tokens=False))
        for text, ids in zip(TEXTS, encoded)
    ]
    HERE.mkdir(parents=True, exist_ok=True)
    described = dict(tokenizer=json.loads(tokenizer.to_str()), expected=expected)
    (HERE / f"{name}.json").write_text(json.dumps(described, ensure_ascii=True, separators=(",", ":")) + "\n")


def sign(text):
    return AddedToken(text, special=True, normalized=False)


if __name__ == "__main__":
    split = lambda pattern: pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    digits = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
    )
    shown = [AddedToken(text, special=False, normalized=False) for text in ("<tool_call>", "</tool_call>")]
    byte_level("qwen", split(QWEN), [sign("<|end|>"), *shown], normalizer=normalizers.NFC())
    byte_level("llama-3", split(LLAMA3), [sign("<|begin|>"), sign("<|end|>")], begin="<|begin|>", whole_words=True)
    byte_level("smollm", digits, [sign("<|end|>")])
    sentence_piece("llama-2", normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None)
    sentence_piece("mistral", None, pre_tokenizers.Metaspace("▁", prepend_scheme="first", split=False))
    word_piece("bert-uncased", lowercase=True)
    word_piece("bert-cased", lowercase=False, strip_accents=False)
