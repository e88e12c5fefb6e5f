# Writes checkpoint.safetensors, the file of another implementation that CheckpointTests reads.
# Needs the Python packages torch and safetensors. Run it in this folder.
import torch
from safetensors.torch import save_file

save_file(
    {
        "hidden.weight": torch.tensor([[1.5, -2.25, 3.0], [0.1, 1e-30, float("inf")]]),
        "hidden.bias": torch.tensor([0.1, -1e300, 3.0], dtype=torch.float64),
        "step": torch.tensor(7.0),
        "empty": torch.zeros(0, 3),
        "größe \"β\"": torch.tensor([[[0.5]]]),
    },
    "checkpoint.safetensors",
    metadata={"epochs": "10", "note": "line\nbreak, \u2202 and \\"},
)
