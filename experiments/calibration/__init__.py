"""The model beside the public record."""
