"""Writes the golden fixtures into models/: small random models of every family with what PyTorch computes for them.

    python -m venv venv && venv/bin/pip install torch transformers
    venv/bin/python make_fixtures.py

Each folder is what `save_pretrained` writes, and `expected.json`: the inputs and, in float32, logits or vectors, the loss
and the L2 norm of every parameter's gradient.
"""

import json
import shutil
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

HERE = Path(__file__).parent / "models"
VOCABULARY, POSITIONS, TIME = 40, 32, 14

small = dict(
    vocab_size=VOCABULARY,
    hidden_size=16,
    intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=POSITIONS,
    initializer_range=0.3,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
)
llama3_rope = dict(
    rope_type="llama3", rope_theta=200.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=16,
)
yarn_rope = dict(rope_type="yarn", rope_theta=500.0, factor=4.0, original_max_position_embeddings=8)
yarn_untruncated = {**yarn_rope, "beta_fast": 4.0, "beta_slow": 0.2, "attention_factor": 1.3, "truncate": False}

DECODERS = {
    "smollm": (LlamaForCausalLM, LlamaConfig(**small, tie_word_embeddings=True)),
    "llama-3": (LlamaForCausalLM, LlamaConfig(**small, head_dim=16, rope_parameters=llama3_rope)),
    "llama-biases": (LlamaForCausalLM, LlamaConfig(**small, attention_bias=True, mlp_bias=True)),
    "llama-linear": (
        LlamaForCausalLM,
        LlamaConfig(**small, head_dim=6, rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=2.5)),
    ),
    "llama-dynamic": (
        LlamaForCausalLM,
        LlamaConfig(**small, rope_parameters=dict(rope_type="dynamic", rope_theta=10000.0, factor=4.0)),
    ),
    "mistral": (MistralForCausalLM, MistralConfig(**small, sliding_window=4)),
    "qwen2": (
        Qwen2ForCausalLM,
        Qwen2Config(
            **small, head_dim=8, tie_word_embeddings=True, rope_parameters=yarn_rope,
            use_sliding_window=True, sliding_window=5, max_window_layers=1,
        ),
    ),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**small, head_dim=32, rope_parameters=yarn_untruncated)),
}
BERT = dict(
    vocab_size=VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=POSITIONS, initializer_range=0.3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
)
# How a folder is saved: the types and layouts that published models have.
DTYPES = {"mistral": torch.bfloat16, "qwen3": torch.float16}
SHARDS = {"qwen2": "8KB"}


def randomise(model):
    """Gains around one and biases around zero, so that one left out shows."""
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1:
            centre = 1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0
            parameter.data = centre + 0.3 * torch.randn_like(parameter)
        elif "norm" not in name.lower():
            parameter.data = 0.3 * torch.randn_like(parameter)


def save(name, model):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    model = model.to(DTYPES.get(name, torch.float32))
    model.save_pretrained(folder, max_shard_size=SHARDS.get(name, "50MB"))
    return folder


def numbers(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().double().flatten().tolist()]


def gradients(model):
    return {name: float(p.grad.norm()) for name, p in model.named_parameters() if p.grad is not None}


def record(folder, expected):
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


def ids(*shape):
    return torch.randint(3, VOCABULARY, shape)


def padded(lengths, time):
    mask = torch.arange(time)[None, :] < torch.tensor(lengths)[:, None]
    return ids(len(lengths), time) * mask, mask.long()


def decoders():
    for seed, (name, (kind, config)) in enumerate(DECODERS.items()):
        torch.manual_seed(seed)
        config._attn_implementation = "eager"
        model = kind(config)
        randomise(model)
        folder = save(name, model)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
        tokens = ids(2, TIME)
        logits = model(tokens).logits
        loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        record(folder, dict(ids=tokens.tolist(), logits=numbers(logits), loss=float(loss), gradients=gradients(model)))


def encoder():
    torch.manual_seed(50)
    model = BertModel(BertConfig(**BERT), add_pooling_layer=True)
    randomise(model)
    folder = save("bert", model)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    texts, mask = padded([14, 6, 9, 3], TIME)
    output = model(texts, attention_mask=mask)
    # sentence-transformers: mean pooling, cosine, MultipleNegativesRankingLoss with scale 20. Rows 0, 1 ask, rows 2, 3 answer.
    weights = mask.unsqueeze(-1).float()
    vectors = F.normalize((output.last_hidden_state * weights).sum(1) / weights.sum(1), dim=-1)
    loss = F.cross_entropy(20.0 * vectors[:2] @ vectors[2:].T, torch.arange(2))
    loss.backward()
    record(folder, dict(
        ids=texts.tolist(), mask=mask.tolist(), hidden=numbers(output.last_hidden_state), pooled=numbers(output.pooler_output),
        vectors=numbers(vectors), loss=float(loss), gradients=gradients(model),
    ))


def classifier(name, seed, kind, config):
    torch.manual_seed(seed)
    model = kind(config)
    randomise(model)
    folder = save(name, model)
    model = AutoModelForSequenceClassification.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    )
    texts, mask = padded([14, 5, 9], TIME)
    labels = torch.tensor([2, 0, 1])
    output = model(texts, attention_mask=mask, labels=labels)
    output.loss.backward()
    record(folder, dict(
        ids=texts.tolist(), mask=mask.tolist(), labels=labels.tolist(), logits=numbers(output.logits),
        loss=float(output.loss), gradients=gradients(model),
    ))


if __name__ == "__main__":
    names = dict(id2label={0: "bad", 1: "good", 2: "neither"}, label2id={"bad": 0, "good": 1, "neither": 2})
    decoders()
    encoder()
    classifier("bert-classifier", 51, BertForSequenceClassification, BertConfig(**BERT, **names))
    classifier("llama-classifier", 52, LlamaForSequenceClassification, LlamaConfig(**small, **names))
