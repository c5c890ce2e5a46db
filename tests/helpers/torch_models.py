"""Models in PyTorch, as people write them: each a case of its module and its inputs."""

import torch
from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(4, 8)
        self.fc2 = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(x)))


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2)
        )
        self.head = nn.Linear(4 * 3 * 3, 5)

    def forward(self, x):
        return self.head(self.body(x).flatten(1))


class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, num_layers=2, batch_first=True)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        out, (h, c) = self.lstm(x)
        return self.head(out[:, -1]) + self.head(h[-1]) * self.head(c[0])


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.heads = heads

    def forward(self, x):
        batch, time, width = x.shape
        q, k, v = self.qkv(x).split(width, dim=2)
        shape = (batch, time, self.heads, width // self.heads)
        q, k, v = (each.view(shape).transpose(1, 2) for each in (q, k, v))
        scores = q @ k.transpose(-2, -1) / (width // self.heads) ** 0.5
        mask = torch.ones(time, time).tril() == 0
        weights = F.softmax(scores.masked_fill(mask, float("-inf")), dim=-1)
        y = (weights @ v).transpose(1, 2).contiguous().view(batch, time, width)
        return self.out(y)


class Layer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.ln1 = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.ln2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(0.1)
        )

    def forward(self, x):
        x = x + self.attention(self.ln1(x))
        return x + self.mlp(self.ln2(x))


class GPT(nn.Module):
    def __init__(self, vocabulary=11, width=8, layers=2):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(6, width)
        self.h = nn.ModuleList([Layer(width, 2) for _ in range(layers)])
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.head.weight = self.wte.weight  # one and the same

    def forward(self, ids):
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for layer in self.h:
            x = layer(x)
        return self.head(x)


class Branch(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)

    def forward(self, x):
        y = self.a(x)
        return y * 2 if x.sum() > 0 else -y


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        for _ in range(3):
            x = torch.sin(self.layer(x))
        return x @ self.layer.weight


class InPlace(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)

    def forward(self, x):
        y = self.a(x)
        z = self.b(x) + 1
        z.add_(y)
        z *= 2
        out = torch.zeros(x.shape[0], 5)
        out[:, :4] = z
        out[:, 4] = F.relu(z, inplace=True).sum(1)
        return out


class Parts(nn.Module):
    """Frozen, detached, whole numbers, a buffer; and a dict of a tuple."""

    def __init__(self):
        super().__init__()
        self.frozen = nn.Linear(4, 4)
        self.frozen.requires_grad_(False)
        self.free = nn.Linear(4, 4)
        self.register_buffer("scale", torch.tensor(3.0))

    def forward(self, x, at, *, gain=1.0):
        y = self.frozen(x)
        with torch.no_grad():
            largest = self.free(x).abs().max()
        z = self.free(y)[at] / largest.clamp(min=0.1)
        top, place = z.max(dim=1)
        return {"z": (z * z.detach() * self.scale, gain * top), "place": place}


class Basic(nn.Module):
    def __init__(self, coming, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(coming, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride != 1 or coming != width:
            self.downsample = nn.Sequential(
                nn.Conv2d(coming, width, 1, stride, bias=False), nn.BatchNorm2d(width)
            )

    def forward(self, x):
        around = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += around
        return self.relu(y)


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        coming = 64
        for number, (width, stride) in enumerate([(64, 1), (128, 2), (256, 2), (512, 2)], 1):
            layer = nn.Sequential(Basic(coming, width, stride), Basic(width, width, 1))
            setattr(self, f"layer{number}", layer)
            coming = width
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))


def encoder():
    return nn.TransformerEncoderLayer(16, 4, 32, dropout=0.1, batch_first=True)


CASES = {
    "mlp": (MLP, lambda: (torch.randn(5, 4),)),
    "cnn": (CNN, lambda: (torch.randn(2, 1, 8, 8),)),
    "lstm": (Sequence, lambda: (torch.randn(2, 5, 3),)),
    "encoder": (encoder, lambda: (torch.randn(2, 6, 16),)),
    "encoder in use": (lambda: encoder().eval(), lambda: (torch.randn(2, 6, 16),)),
    "gpt": (GPT, lambda: (torch.randint(11, (2, 6)),)),
    "branch": (Branch, lambda: (torch.randn(2, 4),)),
    "shared": (Shared, lambda: (torch.randn(2, 4),)),
    "in place": (InPlace, lambda: (torch.randn(2, 4),)),
    "parts": (Parts, lambda: (torch.randn(3, 4), torch.tensor([0, 2, 2]))),
    "resnet18": (ResNet18, lambda: (torch.randn(2, 3, 64, 64),)),
}


def case(name):
    """A module and its inputs."""
    torch.manual_seed(0)
    made, inputs = CASES[name]
    return made(), inputs()
