"""The decoder that subgraphs/shared/neural trains, as PyTorch users would write it: Hugging Face's tensor names, fused
kernels where PyTorch has them (rms_norm, scaled_dot_product_attention, cross_entropy). Shared by the benchmarks and by
subgraphs/shared/neural/reference."""
import torch
import torch.nn.functional as F


class Llama(torch.nn.Module):
    def __init__(self, config, weights):
        super().__init__()
        self.config = config
        self.names = list(weights)
        self.parameters_by_name = torch.nn.ParameterDict(
            {name.replace(".", "/"): torch.nn.Parameter(tensor.clone()) for name, tensor in weights.items()}
        )
        half = config["headSize"] // 2
        frequencies = 1.0 / config["ropeTheta"] ** (torch.arange(half, dtype=torch.float32) * 2 / config["headSize"])
        angles = torch.outer(torch.arange(config["maxPositions"], dtype=torch.float32), frequencies)
        angles = torch.cat((angles, angles), -1)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def parameter(self, name):
        return self.parameters_by_name[name.replace(".", "/")]

    def norm(self, x, name):
        return F.rms_norm(x, (x.shape[-1],), self.parameter(name), self.config["normEpsilon"])

    def linear(self, x, name):
        return F.linear(x, self.parameter(f"{name}.weight"))

    def attention(self, x, layer, cos, sin, mask):
        config = self.config
        batch, time, _ = x.shape

        def heads(name, count):
            return self.linear(x, f"model.layers.{layer}.self_attn.{name}").view(batch, time, count, -1).transpose(1, 2)

        def turn(h):
            half = h.shape[-1] // 2
            return h * cos + torch.cat((-h[..., half:], h[..., :half]), -1) * sin

        q = turn(heads("q_proj", config["heads"]))
        k = turn(heads("k_proj", config["keyValueHeads"]))
        v = heads("v_proj", config["keyValueHeads"])
        groups = config["heads"] // config["keyValueHeads"]
        if groups > 1:
            k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.linear(mixed.transpose(1, 2).reshape(batch, time, -1), f"model.layers.{layer}.self_attn.o_proj")

    def feed_forward(self, x, layer):
        at = f"model.layers.{layer}.mlp"
        return self.linear(F.silu(self.linear(x, f"{at}.gate_proj")) * self.linear(x, f"{at}.up_proj"), f"{at}.down_proj")

    def forward(self, ids, segments, positions):
        time = ids.shape[1]
        causal = torch.ones(time, time, dtype=torch.bool).tril()
        mask = ((segments[:, :, None] == segments[:, None, :]) & causal)[:, None]
        cos, sin = self.cos[positions][:, None], self.sin[positions][:, None]
        embedding = self.parameter("model.embed_tokens.weight")
        x = F.embedding(ids, embedding)
        for layer in range(self.config["layers"]):
            at = f"model.layers.{layer}"
            x = x + self.attention(self.norm(x, f"{at}.input_layernorm.weight"), layer, cos, sin, mask)
            x = x + self.feed_forward(self.norm(x, f"{at}.post_attention_layernorm.weight"), layer)
        head = embedding if self.config["tieEmbeddings"] else self.parameter("lm_head.weight")
        return F.linear(self.norm(x, "model.norm.weight"), head)

    def loss(self, batch):
        logits = self(batch["input_ids"], batch["segment_ids"], batch["positions"])
        each = F.cross_entropy(logits.flatten(0, 1), batch["targets"].flatten(), reduction="none")
        weights = batch["loss_weights"].flatten()
        return (each * weights).sum() / weights.sum()

    def adamw(self, optimizer):
        """Decays matrices only, neither norms nor embeddings; fused, PyTorch's fastest on this device."""
        decayed, others = [], []
        for name in self.names:
            parameter = self.parameter(name)
            matrix = parameter.ndim == 2 and name != "model.embed_tokens.weight"
            (decayed if matrix else others).append(parameter)
        return torch.optim.AdamW(
            [
                {"params": decayed, "weight_decay": optimizer["weightDecay"]},
                {"params": others, "weight_decay": 0.0},
            ],
            lr=optimizer["learningRate"],
            betas=tuple(optimizer["betas"]),
            eps=optimizer["epsilon"],
            fused=True,
        )


def read_batch(tensors, index):
    names = ("input_ids", "segment_ids", "positions", "targets", "loss_weights")
    batch = {name: tensors[f"{index}.{name}"] for name in names}
    return {name: tensor if name == "loss_weights" else tensor.long() for name, tensor in batch.items()}
