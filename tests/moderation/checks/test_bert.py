"""The forward pass: read from the file's bytes, the same for a text whatever stands beside it."""

import json

import numpy as np
import pytest

from moderation.checks.bert import HEADS, build, open_weights, pooled

WIDTH, WIDER, WORDS, LAYERS = 2 * HEADS, 40, 11, 2
DENSE = {
    "attention.self.query": (WIDTH, WIDTH),
    "attention.self.key": (WIDTH, WIDTH),
    "attention.self.value": (WIDTH, WIDTH),
    "attention.output.dense": (WIDTH, WIDTH),
    "intermediate.dense": (WIDER, WIDTH),
    "output.dense": (WIDTH, WIDER),
}


def weights():
    chance = np.random.default_rng(3)
    shapes = {
        "embeddings.word_embeddings.weight": (WORDS, WIDTH),
        "embeddings.position_embeddings.weight": (16, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        for part, shape in DENSE.items():
            shapes |= {f"{name}{part}.weight": shape, f"{name}{part}.bias": shape[:1]}
        for part in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{name}{part}.weight": (WIDTH,), f"{name}{part}.bias": (WIDTH,)}
    return {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def attend_slowly(given, name, state):
    query, key, value = (
        (state @ given[f"{name}attention.self.{part}.weight"].T + given[f"{name}attention.self.{part}.bias"])
        for part in ("query", "key", "value")
    )
    size = WIDTH // HEADS
    seen = np.zeros_like(state)
    for head in range(HEADS):
        here = slice(head * size, (head + 1) * size)
        for place in range(len(state)):
            likeness = np.exp(key[:, here] @ query[place, here] / np.sqrt(size))
            seen[place, here] = likeness @ value[:, here] / likeness.sum()
    return seen


def by_the_book(given, numbers):
    def norm(state, name):
        centred = state - state.mean(-1, keepdims=True)
        return centred / state.std(-1, keepdims=True) * given[name + ".weight"] + given[name + ".bias"]

    def dense(state, name):
        return state @ given[name + ".weight"].T + given[name + ".bias"]

    embeddings = "embeddings."
    state = given[embeddings + "word_embeddings.weight"][numbers]
    state = state + given[embeddings + "position_embeddings.weight"][: len(numbers)]
    state = norm(state + given[embeddings + "token_type_embeddings.weight"][0], embeddings + "LayerNorm")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        seen = dense(attend_slowly(given, name, state), name + "attention.output.dense")
        state = norm(state + seen, name + "attention.output.LayerNorm")
        wide = dense(state, name + "intermediate.dense")
        wide = wide * (1 + np.tanh(np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3))) / 2
        state = norm(state + dense(wide, name + "output.dense"), name + "output.LayerNorm")
    return np.concatenate([state.mean(0), state.max(0)])


def test_the_pass_is_the_one_in_the_books():
    texts = [[2, 5, 7, 3], [2, 3], [2, 9, 10, 4, 4, 3]]

    found = pooled(build(weights(), LAYERS, {}), texts)

    assert np.allclose(found, [by_the_book(weights(), text) for text in texts], atol=2e-3)


def test_a_text_reads_the_same_whatever_stands_beside_it():
    bert = build(weights(), LAYERS, {})

    alone = pooled(bert, [[2, 5, 7, 3]])[0]

    assert np.allclose(pooled(bert, [[2, 9, 3], [2, 5, 7, 3], [2, 4, 4, 3]])[1], alone, atol=1e-4)


def test_deltas_change_what_they_name():
    name = "encoder.layer.0.attention.self.value.weight"
    delta = np.ones((WIDTH, WIDTH), dtype=np.float32)

    changed = pooled(build(weights(), LAYERS, {name: delta}), [[2, 5, 7, 3]])

    by_hand = pooled(build({**weights(), name: weights()[name] + delta}, LAYERS, {}), [[2, 5, 7, 3]])
    assert np.allclose(changed, by_hand)
    assert not np.allclose(changed, pooled(build(weights(), LAYERS, {}), [[2, 5, 7, 3]]), atol=1e-3)


def test_tensors_are_read_from_the_files_bytes(tmp_path):
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    header = json.dumps({"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {}}).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + numbers.tobytes())

    assert np.array_equal(open_weights(path)["a"], numbers)


def test_what_is_no_such_file_is_refused(tmp_path):
    (tmp_path / "other").write_bytes(b"\xff" * 64)

    with pytest.raises(ValueError, match="no safetensors"):
        open_weights(tmp_path / "other")
