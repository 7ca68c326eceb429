"""XG-BoT in PyTorch, for peer.py: under ordinary autograd with PyG's GINConv or with CSR products both
ways, and by PyG's GroupAddRev."""

import torch
import torch.nn.functional as F
from torch_geometric.nn import GINConv, GroupAddRev


class BothWays:
    """A sparse matrix and its transpose, both in CSR: no pass has to sort."""

    def __init__(self, matrix):
        self.forward = matrix
        self.backward = matrix.to_sparse_csc().mT


class Product(torch.autograd.Function):
    """Matrix times x, for BothWays."""

    @staticmethod
    def forward(ctx, x, edges):
        ctx.edges = edges
        return edges.forward @ x

    @staticmethod
    def backward(ctx, grad):
        return ctx.edges.backward @ grad.contiguous(), None


class SumConv(torch.nn.Module):
    """GIN on BothWays."""

    def __init__(self, nn):
        super().__init__()
        self.nn = nn

    def forward(self, x, edges):
        return self.nn(x + Product.apply(x, edges))


class XgBotBlock(torch.nn.Module):
    """LayerNorm, ReLU, mask, GIN, ReLU, BatchNorm: F of XG-BoT's layers."""

    def __init__(self, width, conv=GINConv):
        super().__init__()
        self.norm, self.after = torch.nn.LayerNorm(width), torch.nn.BatchNorm1d(width)
        self.conv = conv(torch.nn.Sequential(torch.nn.Linear(width, width), torch.nn.ReLU(),
                                           torch.nn.Linear(width, width)))

    def forward(self, x, edges, mask):
        return self.after(F.relu(self.conv(F.relu(self.norm(x)) * mask, edges)))


class PlainPair(torch.nn.Module):
    """The two groups of a layer under ordinary autograd."""

    def __init__(self, width, conv=GINConv):
        super().__init__()
        self.blocks = torch.nn.ModuleList([XgBotBlock(width, conv), XgBotBlock(width, conv)])

    def forward(self, x, edges, mask):
        (a, b), (mask_a, mask_b) = x.chunk(2, 1), mask.chunk(2, 1)
        a = a + self.blocks[0](b, edges, mask_a)
        return torch.cat([a, b + self.blocks[1](a, edges, mask_b)], 1)


class Step:
    """A training step of XG-BoT: layers by `make`, everything around them the same."""

    def __init__(self, make, edges, labels, question):
        self.edges, self.y = edges, labels
        width = question['width']
        self.first, self.last = torch.nn.Linear(1, width), torch.nn.Linear(width, 2)
        self.norm = torch.nn.LayerNorm(width)
        self.layers = torch.nn.ModuleList(make(width // 2) for _ in range(question['layers']))
        modules = torch.nn.ModuleList([self.first, self.layers, self.norm, self.last])
        self.optimiser = torch.optim.Adam(modules.parameters(), lr=1e-3)

    def step(self):
        self.optimiser.zero_grad()
        x = self.first(torch.ones(self.y.numel(), 1))
        mask = torch.bernoulli(torch.full_like(x, 0.8)) / 0.8
        for layer in self.layers:
            x = layer(x, self.edges, mask)
        x = F.dropout(F.relu(self.norm(x)), 0.2)
        F.cross_entropy(self.last(x), self.y).backward()
        self.optimiser.step()

    def settle(self, which):
        pass


def plain_step(edges, labels, question):
    return Step(PlainPair, edges, labels, question)


def reversible_step(edges, labels, question):
    return Step(lambda width: GroupAddRev(XgBotBlock(width), num_groups=2), edges, labels, question)


class ProductStep(Step):
    """The same net on CSR products both ways."""

    def __init__(self, edges, labels, question):
        super().__init__(lambda width: PlainPair(width, SumConv), BothWays(edges), labels, question)
