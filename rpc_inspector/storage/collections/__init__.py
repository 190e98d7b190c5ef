"""Collections: folders of YAML files, one request a file, that a team can commit and a check can run."""

from rpc_inspector.storage.collections.model import Collection, CollectionUnusable, Problem, Request, To
from rpc_inspector.storage.collections.reading import look_through, read_collection, read_request

__all__ = [
    "Collection",
    "CollectionUnusable",
    "Problem",
    "Request",
    "To",
    "look_through",
    "read_collection",
    "read_request",
]
